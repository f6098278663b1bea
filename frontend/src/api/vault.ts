// The vault itself: whether it is open, to open and to lock it, and its check.
import { useSyncExternalStore } from 'react'
import { answer, api } from './client'
import { heard, isShut, lockEra, lockNow, onLock, shut, unheard } from './lock'
import { asProblem } from './problem'
import type { Secret } from './types'

export const useLock = () => useSyncExternalStore(onLock, lockNow)

/** Asks whether the vault is open. The question does not count as use of the vault. */
export async function askVault() {
  const asked = lockEra()
  try {
    heard(await answer(api.GET('/api/v1/vault')), asked)
  } catch (error) {
    const problem = asProblem(error)
    if (problem.status !== 401) unheard(problem, asked) // the page asks for the token
  }
}

const often = 5_000

/**
 * Keeps asking: a vault that locks itself, or is locked from another window, tells
 * nobody, and what is shown must go. Returns how to stop.
 */
export function watchVault() {
  const ask = () => {
    if (lockNow().phase !== 'locking') void askVault()
  }
  ask()
  const timer = setInterval(ask, often)
  document.addEventListener('visibilitychange', ask)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', ask)
  }
}

export async function unlockVault(secret: Secret) {
  const asked = lockEra()
  try {
    heard(await answer(api.POST('/api/v1/vault/unlock', { body: secret })), asked)
  } catch (error) {
    await askVault() // how long to wait now
    throw error
  }
}

/** Locks the vault. What is shown goes first: the program finishes what is under way. */
export async function lockVault() {
  if (isShut()) return
  shut()
  const asked = lockEra()
  try {
    heard(await answer(api.POST('/api/v1/vault/lock')), asked)
  } catch (error) {
    await askVault()
    if (!isShut()) throw error
  }
}

export const checkVault = () => answer(api.POST('/api/v1/vault/check'))
