import { expect, it } from 'vitest'
import { shortened, words } from './Activity'

it('says what was done, and that it was refused or failed', () => {
  expect(words({ action: 'cohort.count', outcome: 'allowed' })).toBe('Cohort counted')
  expect(words({ action: 'dataset.import', outcome: 'failed' })).toBe('Dataset imported: failed')
  expect(words({ action: 'something.new', outcome: 'done' })).toBe('something.new')
})

it('shortens hashes', () => {
  expect(shortened('cohort/sha256-f6ccba321ebc60a68b549')).toBe('cohort/f6ccba32…')
})
