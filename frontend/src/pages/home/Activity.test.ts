import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { actions, ended, shortened, words } from './Activity'

it('says what was done, and that it was refused or failed', () => {
  expect(words({ action: 'cohort.count', outcome: 'allowed' })).toBe('Cohort counted')
  expect(words({ action: 'dataset.import', outcome: 'failed' })).toBe('Dataset imported: failed')
  expect(words({ action: 'something.new', outcome: 'done' })).toBe('something.new')
})

it('shortens hashes', () => {
  expect(shortened('cohort/sha256-f6ccba321ebc60a68b549')).toBe('cohort/f6ccba32…')
})

const event = (action: string, outcome: string, resource = 'vault') => ({
  action,
  outcome,
  resource,
})

it('has words for every action that the backend records', () => {
  const source = ['gate.go', 'security.go']
    .map((file) => readFileSync(`../backend/${file}`, 'utf8'))
    .join('')
  const named = [...source.matchAll(/access\.Action = "([a-z.]+)"/g)].map(([, action]) => action)
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((action) => !actions[action!])).toEqual([])
})

it('tells once what began and ended', () => {
  const events = [
    event('vault.backup', 'done'),
    event('vault.backup', 'allowed'),
    event('cohort.count', 'allowed', 'cohort/1'),
    event('vault.rotate', 'failed'),
    event('vault.rotate', 'allowed'),
    event('vault.rotate', 'allowed'), // ended by a crash: nothing else says so
  ]
  expect(ended(events).map(words)).toEqual([
    'Vault backed up',
    'Cohort counted',
    'Keys rotated: failed',
    'Keys rotated',
  ])
})
