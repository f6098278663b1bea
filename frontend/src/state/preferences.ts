// What a person prefers, kept in this browser.
import { useSyncExternalStore } from 'react'

const key = 'vitrine.single-keys'
const listeners = new Set<() => void>()

/** Shortcuts of one letter can be switched off (WCAG 2.1.4): some people speak their keys. */
export const singleKeys = () => localStorage.getItem(key) !== 'off'

export function toggleSingleKeys() {
  localStorage.setItem(key, singleKeys() ? 'off' : 'on')
  listeners.forEach((listener) => listener())
}

export const useSingleKeys = () =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, singleKeys)
