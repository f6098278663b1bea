// Actions are data: the palette, the keys, the window's menu and the buttons read the
// same list. The shell brings the general ones; a page adds its own while it is open.
import { useEffect, useSyncExternalStore } from 'react'

export interface Action {
  id: string
  label: string
  group: string
  description?: string
  /** "mod+K", "mod+shift+Z", "/"; mod is ⌘ on a Mac and Ctrl elsewhere. */
  shortcut?: string
  disabled?: boolean
  /** The shortcut works while somebody types and over a dialog too. */
  everywhere?: boolean
  run: () => void
}

let contributed: { owner: string; actions: Action[] }[] = []
const listeners = new Set<() => void>()

function change(next: typeof contributed) {
  contributed = next
  flat = contributed.flatMap((entry) => entry.actions)
  listeners.forEach((listener) => listener())
}

let flat: Action[] = []

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The actions that the open page adds. */
export const useContributedActions = () => useSyncExternalStore(subscribe, () => flat)

/** Adds a page's actions while it is open. The list must be stable between changes. */
export function useContribute(owner: string, actions: Action[]) {
  useEffect(() => {
    change([...contributed.filter((entry) => entry.owner !== owner), { owner, actions }])
    return () => change(contributed.filter((entry) => entry.owner !== owner))
  }, [owner, actions])
}

interface Key {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
  altKey: boolean
}

/** Whether a key press is this shortcut. */
export function matches(shortcut: string, press: Key): boolean {
  const parts = shortcut.toLowerCase().split('+')
  const key = parts.pop()!
  const mod = press.ctrlKey || press.metaKey
  return (
    press.key.toLowerCase() === key &&
    mod === parts.includes('mod') &&
    press.altKey === parts.includes('alt') &&
    (parts.length === 0 || press.shiftKey === parts.includes('shift')) // "?" and "/" need shift on some keyboards
  )
}

/** A shortcut of a single key, without a modifier. */
export const isSingleKey = (shortcut: string) => !shortcut.includes('+')

/** A shortcut as its reader's keyboard names it: "Ctrl Shift Z". */
export const shortcutText = (shortcut: string, mod: string) =>
  shortcut
    .split('+')
    .map((part) => (part === 'mod' ? mod : part.length === 1 ? part.toUpperCase() : capital(part)))
    .join(' ')

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)
