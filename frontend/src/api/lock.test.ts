import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { heard, isShut, lockEra, lockNow, onLock, refused, restart, shut, unheard } from './lock'
import { Problem } from './problem'

const vault = { open: true, home: '/vault', demonstration: false, wait_seconds: 0 }
const closed = { ...vault, open: false }
const hear = (state: typeof vault) => heard(state, lockEra())
const trouble = (status: number) => new Problem(status, 'trouble', 'Trouble', 'Something.')

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  restart()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the lock', () => {
  it('is not known before the program has said', () => {
    expect(lockNow().phase).toBe('unknown')
    hear(closed)
    expect(lockNow()).toMatchObject({ phase: 'locked', how: 'found', vault: closed })
  })

  it('is shut however that came about, and tells so once', () => {
    const ways = [() => hear(closed), refused, shut, () => unheard(trouble(500), lockEra())]
    for (const way of ways) {
      restart()
      hear(vault)
      const tell = vi.fn()
      const stop = onLock(tell)
      way()
      expect(isShut()).toBe(true)
      way()
      expect(tell).toHaveBeenCalledTimes(1)
      stop()
    }
  })

  it('remembers who locked it', () => {
    hear(vault)
    refused()
    expect(lockNow().how).toBe('elsewhere')
    hear(vault)
    shut()
    expect(lockNow()).toMatchObject({ phase: 'locking', how: 'here' })
    hear(closed)
    expect(lockNow()).toMatchObject({ phase: 'locked', how: 'here' })
  })

  it('does not open for an answer to a question from before it was locked', () => {
    hear(vault)
    const before = lockEra()
    shut()
    heard(vault, before)
    expect(lockNow().phase).toBe('locking')
    hear(closed)
    heard(vault, before)
    expect(lockNow().phase).toBe('locked')
  })

  it('knows until when to wait', () => {
    hear({ ...closed, wait_seconds: 8 })
    expect(lockNow().waitUntil).toBe(1_008_000)
    hear(closed)
    expect(lockNow().waitUntil).toBe(0)
  })

  it('tells nobody when nothing changed', () => {
    hear(vault)
    const tell = vi.fn()
    const stop = onLock(tell)
    hear({ ...vault })
    expect(tell).not.toHaveBeenCalled()
    stop()
  })

  it('shows the pages when nobody answers at the start: they say so', () => {
    unheard(trouble(0), lockEra())
    expect(lockNow().phase).toBe('open')
  })

  it('stays as it is when nobody answers later', () => {
    hear(closed)
    unheard(trouble(0), lockEra())
    expect(lockNow().problem).toBeUndefined()
    hear(vault)
    unheard(trouble(0), lockEra())
    expect(lockNow().phase).toBe('open')
  })

  it('says what keeps it from knowing, until it knows', () => {
    unheard(trouble(503), lockEra())
    expect(lockNow()).toMatchObject({ phase: 'locked', problem: { code: 'trouble' } })
    hear(closed)
    expect(lockNow().problem).toBeUndefined()
  })

  it('does not wait for ever for a program that ended while it locked', () => {
    hear(vault)
    shut()
    unheard(trouble(0), lockEra())
    expect(lockNow()).toMatchObject({ phase: 'locked', problem: { status: 0 } })
  })
})
