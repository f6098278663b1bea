// The cohort being shaped: its definition and what is asked about it. Every change can be undone, also after a restart.
import { useSyncExternalStore } from 'react'
import type { Definition } from '../lib/definition'
import { commit, redo, seal, start, undo, type History } from '../lib/history'

export interface Draft {
  definition: Definition
  question: Question
}

/** What is asked of the cohort; an absent part takes the default for its table. */
export interface Question {
  time?: string
  event?: { field: string; in: (string | number | boolean)[] }
  /** null: do not compare groups. */
  by?: string | null
  fields?: string[]
}

export const newDraft = (definition: Definition): Draft => ({ definition, question: {} })

const storageKey = 'vitrine.draft.1'
const keepSteps = 50

type Store = { history: History<Draft> | undefined }

const store: Store = { history: undefined }
let loaded = false
const listeners = new Set<() => void>()
let saving: ReturnType<typeof setTimeout> | undefined

function current(): History<Draft> | undefined {
  if (!loaded) {
    loaded = true
    store.history = load()
    window.addEventListener('pagehide', save)
  }
  return store.history
}

function load(): History<Draft> | undefined {
  try {
    const read = JSON.parse(localStorage.getItem(storageKey) ?? 'null') as History<Draft> | null
    return read?.present?.definition?.version === 1 ? read : undefined
  } catch {
    return undefined // a broken draft is no reason not to start
  }
}

function save() {
  clearTimeout(saving)
  saving = undefined
  if (!store.history) return
  const { past, present, future } = store.history
  const kept = { past: past.slice(-keepSteps), present, future: future.slice(0, keepSteps) }
  try {
    localStorage.setItem(storageKey, JSON.stringify(kept))
  } catch {
    // Storage is full or forbidden: the draft lives on in this window.
  }
}

function set(next: History<Draft> | undefined) {
  if (next === store.history) return
  store.history = next
  saving ??= setTimeout(save, 300)
  listeners.forEach((listener) => listener())
}

const change = (how: (history: History<Draft>) => History<Draft>) => {
  const history = current()
  if (history) set(how(history))
}

export const draft = {
  /** The draft as it is now, for actions that run later. */
  now: () => current()?.present,
  /** Starts from a draft where there is none yet. */
  begin: (first: Draft) => {
    if (!current()) set(start(first))
  },
  /** One change; changes with the same key fold into one step of undo. */
  edit: (how: (draft: Draft) => Draft, key?: string) =>
    change((history) => commit(history, how(history.present), key)),
  /** Ends a run of folding changes. */
  seal: () => change(seal),
  /** Puts another draft in place; undo brings the old one back. */
  replace: (next: Draft) => {
    const history = current()
    set(history ? commit(history, next) : start(next))
  },
  undo: () => change(undo),
  redo: () => change(redo),
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useDraft = () => useSyncExternalStore(subscribe, current)

/** For tests: forgets what is in memory, as a restart does. */
export function restart() {
  save()
  store.history = undefined
  loaded = false
}
