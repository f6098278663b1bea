import { describe, expect, it } from 'vitest'
import { createLane } from './lane'

/** A lane whose frames, clock and answers the test holds in its hand. */
function bench(patience = 250) {
  const frames: (() => void)[] = []
  const asked: { q: number; signal: AbortSignal; end: (fail?: Error) => Promise<void> }[] = []
  const answers: number[] = []
  const errors: unknown[] = []
  let now = 0
  const lane = createLane<number, number>({
    patience,
    frame: (callback) => frames.push(callback),
    clock: () => now,
    ask: (q, signal) =>
      new Promise((resolve, reject) => {
        const end = async (fail?: Error) => {
          if (fail) reject(fail)
          else resolve(q)
          await Promise.resolve()
          await Promise.resolve()
        }
        asked.push({ q, signal, end })
      }),
    onAnswer: (answer) => answers.push(answer),
    onError: (error) => errors.push(error),
  })
  return {
    lane,
    asked,
    answers,
    errors,
    frame: () => frames.splice(0).forEach((callback) => callback()),
    pass: (ms: number) => (now += ms),
    get framesWaiting() {
      return frames.length
    },
  }
}

describe('a lane', () => {
  it('asks once per frame, for the newest', () => {
    const b = bench()
    for (let i = 0; i < 10; i++) b.lane.submit(i)
    expect(b.framesWaiting).toBe(1)
    b.frame()
    expect(b.asked.map(({ q }) => q)).toEqual([9])
  })

  it('lets a request end and then asks for the newest only', async () => {
    const b = bench()
    b.lane.submit(1)
    b.frame()
    b.lane.submit(2)
    b.frame()
    b.lane.submit(3)
    b.frame()
    expect(b.asked).toHaveLength(1)
    await b.asked[0]!.end()
    b.frame()
    expect(b.asked.map(({ q }) => q)).toEqual([1, 3])
    await b.asked[1]!.end()
    expect(b.answers).toEqual([1, 3])
  })

  it('cancels a request that takes too long, and never shows its late answer', async () => {
    const b = bench(100)
    b.lane.submit(1)
    b.frame()
    b.pass(150)
    b.lane.submit(2)
    b.frame()
    expect(b.asked[0]!.signal.aborted).toBe(true)
    await b.asked[1]!.end()
    await b.asked[0]!.end()
    expect(b.answers).toEqual([2])
  })

  it('reports an error of the newest question and goes on', async () => {
    const b = bench()
    b.lane.submit(1)
    b.frame()
    await b.asked[0]!.end(new Error('no'))
    b.lane.submit(2)
    b.frame()
    await b.asked[1]!.end()
    expect(b.errors).toHaveLength(1)
    expect(b.answers).toEqual([2])
  })

  it('is silent once closed', async () => {
    const b = bench()
    b.lane.submit(1)
    b.frame()
    b.lane.close()
    expect(b.asked[0]!.signal.aborted).toBe(true)
    await b.asked[0]!.end()
    b.lane.submit(2)
    b.frame()
    expect(b.answers).toEqual([])
    expect(b.asked).toHaveLength(1)
  })
})
