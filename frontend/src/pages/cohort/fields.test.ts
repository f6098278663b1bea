import { describe, expect, it } from 'vitest'
import { pbc } from '../../test/pbc'
import { conditionOf, conditionsFor, toCondition } from './conditions'
import type { Field } from '../../api/types'
import { codeOf, fieldOf, firstRule, levelsOf, literal, resolve } from './fields'

const field = (id: string) => fieldOf(pbc, id)!

describe('the first question to a table', () => {
  it('is about time to a bad end, by treatment', () => {
    expect(resolve(pbc, {})).toEqual({
      time: 'pbc.time',
      event: { field: 'pbc.status', in: [2] },
      by: 'pbc.trt',
      fields: ['pbc.age', 'pbc.sex', 'pbc.edema', 'pbc.bili', 'pbc.alk.phos'],
    })
  })

  it('gives way to what was chosen, and to what was chosen away', () => {
    const asked = resolve(pbc, { by: null, event: { field: 'pbc.status', in: [1, 2] }, fields: [] })
    expect(asked.by).toBeUndefined()
    expect(asked.event?.in).toEqual([1, 2])
    expect(asked.fields).toEqual([])
  })

  it('forgets fields that the table does not have', () => {
    expect(resolve(pbc, { time: 'lung.time', by: 'lung.sex' })).toMatchObject({
      time: 'pbc.time',
      by: 'pbc.trt',
    })
  })
})

describe('a new rule', () => {
  it.each([
    ['include', 'pbc.bili', { field: 'pbc.bili', between: [null, null] }],
    ['include', 'pbc.trt', { field: 'pbc.trt', in: [1, 2] }],
    ['include', 'pbc.sex', { field: 'pbc.sex', in: ['m', 'f'] }],
    ['exclude', 'pbc.trt', { field: 'pbc.trt', missing: true }],
    ['exclude', 'pbc.sex', { field: 'pbc.sex', in: ['f'] }],
    ['exclude', 'pbc.bili', { field: 'pbc.bili', missing: true }],
  ] as const)('to %s %s', (kind, id, rule) => {
    expect(firstRule(pbc, field(id), kind)).toEqual(rule)
  })
})

describe('another condition on the same field', () => {
  it('keeps the numbers', () => {
    const range = { field: 'pbc.bili', between: [1, 3] as [number, number] }
    expect(toCondition(range, field('pbc.bili'), 'above', 9)).toEqual({
      field: 'pbc.bili',
      above: 1,
    })
    expect(toCondition(range, field('pbc.bili'), 'below', 9)).toEqual({
      field: 'pbc.bili',
      below: 3,
    })
    expect(toCondition({ field: 'pbc.bili', above: 1 }, field('pbc.bili'), 'between', 9)).toEqual({
      field: 'pbc.bili',
      between: [1, null],
    })
  })

  it('takes the median where there is no number yet', () => {
    expect(
      toCondition({ field: 'pbc.bili', missing: true }, field('pbc.bili'), 'above', 1.4),
    ).toEqual({ field: 'pbc.bili', above: 1.4 })
  })

  it('offers what suits the field', () => {
    const offered = (id: string) => conditionsFor(field(id)).map(({ value }) => value)
    expect(offered('pbc.bili')).toEqual(['between', 'above', 'below', 'recorded', 'missing'])
    expect(offered('pbc.sex')).toEqual(['in', 'recorded', 'missing'])
    expect(conditionOf({ not: { field: 'pbc.sex', in: ['m'] } })).toBe('combined')
  })
})

it('knows a boolean by the code that counts have, however it is written', () => {
  const died: Field = { column: 'died', label: 'Died', type: 'boolean', nullable: true }
  expect(levelsOf(died).map(({ code }) => code)).toEqual(['0', '1'])
  expect([literal(died, '1'), literal(died, '0')]).toEqual([true, false])
  expect([true, 1, false, 0].map(codeOf)).toEqual(['1', '1', '0', '0'])
})
