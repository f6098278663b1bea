// Whether the vault is open, as far as this page knows. The program decides; the page
// asks it now and then (vault.ts), and any answer "locked" (client.ts) ends what is shown.
import type { Problem } from './problem'
import type { VaultState } from './types'

/** How a vault came to be locked: it was when the page came, a person did it here, or neither. */
export type How = 'found' | 'here' | 'elsewhere'

export interface Lock {
  /** `locking`: what was shown is gone, and the program has not finished what was under way. */
  phase: 'unknown' | 'open' | 'locking' | 'locked'
  how: How
  vault?: VaultState
  /** No passphrase is tried before this, by the page's clock in milliseconds. */
  waitUntil: number
  /** Why it cannot be said whether the vault is open. */
  problem?: Problem
}

const unknown: Lock = { phase: 'unknown', how: 'found', waitUntil: 0 }

let now = unknown
let era = 0
const listeners = new Set<() => void>()

export const lockNow = () => now

/** Nothing of the vault may be read or shown. */
export const isShut = () => now.phase === 'locking' || now.phase === 'locked'

export function onLock(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

function set(next: Lock) {
  if (next.phase !== now.phase) era++
  if (JSON.stringify(next) === JSON.stringify(now)) return
  now = next
  listeners.forEach((listener) => listener())
}

/** Marks a moment: an answer asked for before the lock changed says nothing of it now. */
export const lockEra = () => era

/** What the program answered to a question asked in that era. */
export function heard(vault: VaultState, asked: number) {
  if (asked !== era) return
  if (vault.open) return set({ phase: 'open', how: 'elsewhere', vault, waitUntil: 0 })
  const waitUntil = vault.wait_seconds ? Date.now() + vault.wait_seconds * 1000 : 0
  set({ phase: 'locked', how: how(), vault, waitUntil })
}

/** An answer was refused because the vault is locked. */
export function refused() {
  if (!isShut()) set({ ...now, phase: 'locked', how: how() })
}

/** A person locks the vault: what is shown goes at once. */
export const shut = () => set({ ...now, phase: 'locking', how: 'here' })

/** The program cannot say: its answer was a problem, or there was none. */
export function unheard(problem: Problem, asked: number) {
  if (asked !== era) return
  if (problem.status !== 0 || now.phase === 'locking')
    set({ ...now, phase: 'locked', how: how(), problem })
  else if (now.phase === 'unknown') set({ ...now, phase: 'open' }) // the pages say that nobody answers
}

const how = (): How =>
  now.phase === 'unknown' ? 'found' : now.phase === 'open' ? 'elsewhere' : now.how

/** For tests: forgets what is known, as a new page does. */
export function restart() {
  now = unknown
  era++
}
