// Undo and redo over immutable values. Steps that belong together (the ticks of one
// slider drag) share a key and fold into one, so undo takes back what a person did,
// not what the mouse did.

export interface History<T> {
  past: T[]
  present: T
  future: T[]
  /** The key of the step that made the present; a step with the same key folds into it. */
  key?: string
}

export const limit = 200

export const start = <T>(present: T): History<T> => ({ past: [], present, future: [] })

export function commit<T>(history: History<T>, next: T, key?: string): History<T> {
  if (next === history.present) return history
  if (key !== undefined && key === history.key) return { ...history, present: next, future: [] }
  return { past: [...history.past, history.present].slice(-limit), present: next, future: [], key }
}

/** Ends a run of folding steps: the next step stands for itself. */
export const seal = <T>(history: History<T>): History<T> =>
  history.key === undefined ? history : { ...history, key: undefined }

export function undo<T>(history: History<T>): History<T> {
  const past = [...history.past]
  const previous = past.pop()
  if (previous === undefined) return history
  return { past, present: previous, future: [history.present, ...history.future] }
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future }
}
