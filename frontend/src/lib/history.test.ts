import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commit, limit, redo, seal, start, undo } from './history'

describe('history', () => {
  it('goes back and forth', () => {
    const two = commit(commit(start('a'), 'b'), 'c')
    expect(undo(two).present).toBe('b')
    expect(undo(undo(two)).present).toBe('a')
    expect(redo(undo(two))).toMatchObject({ present: 'c', past: ['a', 'b'], future: [] })
  })

  it('stands still at its ends', () => {
    const one = start('a')
    expect(undo(one)).toBe(one)
    expect(redo(one)).toBe(one)
    expect(commit(one, 'a')).toBe(one)
  })

  it('folds the ticks of one drag into one step', () => {
    let drag = commit(start(0), 1, 'slider')
    drag = commit(commit(drag, 2, 'slider'), 3, 'slider')
    expect(undo(drag).present).toBe(0)
    const second = commit(seal(drag), 4, 'slider')
    expect(undo(second).present).toBe(3)
    expect(undo(commit(drag, 9, 'other')).present).toBe(3)
  })

  it('forgets what was undone once something new is done', () => {
    expect(commit(undo(commit(start('a'), 'b')), 'c').future).toEqual([])
  })

  it('keeps a bounded number of steps', () => {
    let long = start(0)
    for (let i = 1; i < 2 * limit; i++) long = commit(long, i)
    expect(long.past).toHaveLength(limit)
  })

  it('redo takes back undo, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (steps) => {
        const done = steps.reduce((history, step) => commit(history, { step }), start({ step: 0 }))
        const back = steps.reduce(undo, done)
        expect(back.present).toEqual({ step: 0 })
        expect(steps.reduce(redo, back).present).toBe(done.present)
      }),
      { seed: 7, numRuns: 100 },
    )
  })
})
