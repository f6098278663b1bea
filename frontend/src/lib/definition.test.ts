import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addRule,
  column,
  fromText,
  moveRule,
  place,
  removeRule,
  setEnabled,
  setLabel,
  setRule,
  switchKind,
  toText,
  written,
  type Definition,
} from './definition'

const start: Definition = {
  version: 1,
  name: 'Randomised',
  dataset: 'clinical-classics',
  base: { table: 'pbc' },
  include: [
    { id: 'a', label: 'Randomised', rule: { field: 'pbc.trt', missing: false } },
    { id: 'b', rule: { field: 'pbc.bili', between: [null, 10] } },
  ],
  exclude: [{ id: 'c', rule: { field: 'pbc.sex', in: ['m'] } }],
}

const ids = (def: Definition) => [def.include.map((r) => r.id), def.exclude.map((r) => r.id)]

describe('what is written', () => {
  it('says of a range without limits that the value is recorded', () => {
    const [fresh] = addRule(start, 'include', { field: 'pbc.age', between: [null, null] })
    expect(written(fresh).include.at(-1)?.rule).toEqual({ field: 'pbc.age', missing: false })
    expect(written(fresh).include[1]).toBe(fresh.include[1])
    expect(toText(fresh)).not.toContain('between": [\n          null,\n          null')
  })
})

describe('an edit', () => {
  it('adds a rule with an id of its own', () => {
    const [once, first] = addRule(start, 'include', { field: 'pbc.alk.phos', missing: true })
    const [twice, second] = addRule(once, 'exclude', { field: 'pbc.alk.phos', missing: true })
    expect([first, second]).toEqual(['alk-phos', 'alk-phos-2'])
    expect(ids(twice)).toEqual([
      ['a', 'b', 'alk-phos'],
      ['c', 'alk-phos-2'],
    ])
  })

  it('moves a rule among its kind and stops at the ends', () => {
    expect(ids(moveRule(start, 'b', -1))[0]).toEqual(['b', 'a'])
    expect(moveRule(start, 'a', -1)).toBe(start)
    expect(moveRule(start, 'b', 1)).toBe(start)
    expect(moveRule(start, 'nobody', 1)).toBe(start)
  })

  it('turns an inclusion into an exclusion', () => {
    expect(ids(switchKind(start, 'a'))).toEqual([['b'], ['c', 'a']])
    expect(place(switchKind(start, 'c'), 'c')).toEqual({ kind: 'include', index: 2 })
  })

  it('drops a label that spoke of the old question', () => {
    const next = setRule(start, 'a', { field: 'pbc.trt', in: [1] })
    expect(next.include[0]).toEqual({ id: 'a', rule: { field: 'pbc.trt', in: [1] } })
    expect(setLabel(next, 'a', ' Treated').include[0]?.label).toBe('Treated')
    expect(setLabel(start, 'a', '').include[0]).not.toHaveProperty('label')
  })

  it('keeps a rule that is off in the definition', () => {
    const off = setEnabled(start, 'b', false)
    expect(off.include[1]).toMatchObject({ id: 'b', enabled: false })
    expect(setEnabled(off, 'b', true)).toEqual(start)
  })

  it('removes a rule and nothing else', () => {
    expect(ids(removeRule(start, 'a'))).toEqual([['b'], ['c']])
  })

  it('never changes the definition it was given', () => {
    const before = structuredClone(start)
    moveRule(start, 'b', -1)
    switchKind(start, 'a')
    removeRule(start, 'a')
    setEnabled(start, 'a', false)
    expect(start).toEqual(before)
  })
})

describe('a definition as text', () => {
  it('reads what it wrote', () => expect(fromText(toText(start))).toEqual(start))

  it('keeps parts that this page does not show', () => {
    const text =
      '{"version":1,"dataset":"d","base":{"table":"t","all":[{"field":"t.x","above":1}]}}'
    const read = fromText(text)
    expect(read.base.all).toEqual([{ field: 't.x', above: 1 }])
    expect(read.include).toEqual([])
  })

  it('names rules that have no id by their place', () => {
    const text =
      '{"version":1,"dataset":"d","base":{"table":"t"},"include":[{"rule":{"field":"t.x","missing":true}}]}'
    expect(fromText(text).include[0]?.id).toBe('include-1')
  })

  it.each([
    ['{', /not JSON/],
    ['[]', /JSON object/],
    ['{"version":2}', /version 1/],
    ['{"version":1}', /no dataset/],
    ['{"version":1,"dataset":"d"}', /no base table/],
    ['{"version":1,"dataset":"d","base":{"table":"t"},"include":{}}', /"include" is a list/],
    ['{"version":1,"dataset":"d","base":{"table":"t"},"include":[{}]}', /Rule 1 of "include"/],
    [
      '{"version":1,"dataset":"d","base":{"table":"t"},"include":[{"id":"a","rule":{}}],"exclude":[{"id":"a","rule":{}}]}',
      /Two rules have the id "a"/,
    ],
  ])('refuses %s', (text, why) => expect(() => fromText(text)).toThrow(why))

  it('never fails in any other way', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          fromText(text)
        } catch (error) {
          expect((error as Error).message).toMatch(/\.$|JSON/)
        }
      }),
      { seed: 7, numRuns: 300 },
    )
  })
})

it('knows the column of an address with dots', () => {
  expect(column('pbc.alk.phos', 'pbc')).toBe('alk.phos')
})
