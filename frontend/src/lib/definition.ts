// A cohort definition as it is written to a file and sent to the backend, and the
// edits a person can make to it. Every edit is a pure function that returns a new
// definition, so undo is a matter of keeping the old one.

/** A number, or a day as YYYY-MM-DD. */
export type Bound = number | string

export type Predicate =
  | { field: string; in: (string | number | boolean)[] }
  | { field: string; between: [Bound | null, Bound | null] }
  | { field: string; above: Bound }
  | { field: string; below: Bound }
  | { field: string; missing: boolean }
  | { all: Predicate[] }
  | { any: Predicate[] }
  | { not: Predicate }

export interface Rule {
  id: string
  label?: string
  /** false: kept but not applied. */
  enabled?: boolean
  rule: Predicate
}

/** A type and not an interface, so that it can be sent as a document with any keys. */
export type Definition = {
  version: 1
  id?: string
  name: string
  dataset: string
  base: { table: string; all?: Predicate[] }
  include: Rule[]
  exclude: Rule[]
}

export type Kind = 'include' | 'exclude'

/** Where a rule stands. */
export function place(def: Definition, id: string): { kind: Kind; index: number } | undefined {
  for (const kind of ['include', 'exclude'] as const) {
    const index = def[kind].findIndex((rule) => rule.id === id)
    if (index >= 0) return { kind, index }
  }
  return undefined
}

export function addRule(def: Definition, kind: Kind, rule: Predicate): [Definition, string] {
  const id = freshID(def, 'field' in rule ? column(rule.field, def.base.table) : 'rule')
  return [{ ...def, [kind]: [...def[kind], { id, rule }] }, id]
}

export function removeRule(def: Definition, id: string): Definition {
  const without = (rules: Rule[]) => rules.filter((rule) => rule.id !== id)
  return { ...def, include: without(def.include), exclude: without(def.exclude) }
}

/** Changes what a rule asks. A label that described the old question goes with it. */
export const setRule = (def: Definition, id: string, rule: Predicate): Definition =>
  changeRule(def, id, ({ id, enabled }) => ({
    id,
    ...(enabled === undefined ? {} : { enabled }),
    rule,
  }))

/** Switches a rule on or off; off, it is kept but not applied. */
export const setEnabled = (def: Definition, id: string, on: boolean): Definition =>
  changeRule(def, id, ({ enabled: _, ...rule }) => (on ? rule : { ...rule, enabled: false }))

/** Gives a rule a label of its own, or its generated sentence again. */
export const setLabel = (def: Definition, id: string, label: string): Definition =>
  changeRule(def, id, ({ id, label: _, ...rest }) =>
    label.trim() ? { id, label: label.trimStart(), ...rest } : { id, ...rest },
  )

function changeRule(def: Definition, id: string, how: (rule: Rule) => Rule): Definition {
  const change = (rules: Rule[]) => rules.map((rule) => (rule.id === id ? how(rule) : rule))
  return { ...def, include: change(def.include), exclude: change(def.exclude) }
}

/** Moves a rule one place up (-1) or down (+1) among its own kind. */
export function moveRule(def: Definition, id: string, by: -1 | 1): Definition {
  const at = place(def, id)
  if (!at) return def
  const rules = [...def[at.kind]]
  const to = at.index + by
  if (to < 0 || to >= rules.length) return def
  const [rule] = rules.splice(at.index, 1)
  rules.splice(to, 0, rule!)
  return { ...def, [at.kind]: rules }
}

/** Turns an inclusion into an exclusion, or back. */
export function switchKind(def: Definition, id: string): Definition {
  const at = place(def, id)
  if (!at) return def
  const rule = def[at.kind][at.index]!
  const other = at.kind === 'include' ? 'exclude' : 'include'
  const without = removeRule(def, id)
  return { ...without, [other]: [...without[other], rule] }
}

/** An id that no rule of the definition has: bili, bili-2, bili-3. */
export function freshID(def: Definition, wish: string): string {
  const stem =
    wish
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'rule'
  const taken = new Set([...def.include, ...def.exclude].map((rule) => rule.id))
  let id = stem
  for (let n = 2; taken.has(id); n++) id = `${stem}-${n}`
  return id
}

/** The column of a field address whose table is known; either part may hold dots. */
export const column = (field: string, table: string) =>
  field.startsWith(table + '.') ? field.slice(table.length + 1) : field

/**
 * The definition as it is counted and kept. A range that has no limit yet lets every recorded
 * value in, and that is how it is written: a range in a file has at least one limit.
 */
export function written(def: Definition): Definition {
  const rules = (list: Rule[]) =>
    list.some(unlimited)
      ? list.map((rule) => (unlimited(rule) ? { ...rule, rule: recorded(rule.rule) } : rule))
      : list
  return { ...def, include: rules(def.include), exclude: rules(def.exclude) }
}

const unlimited = ({ rule }: Rule) =>
  'between' in rule && rule.between[0] === null && rule.between[1] === null

const recorded = (rule: Predicate): Predicate =>
  'field' in rule ? { field: rule.field, missing: false } : rule

/** The definition as it is written to a file. */
export const toText = (def: Definition) => JSON.stringify(written(def), null, 2) + '\n'

/**
 * Reads a definition that somebody pasted or opened. Only the outline is checked
 * here: the backend is the judge of fields and types and says so by place.
 */
export function fromText(text: string): Definition {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch (cause) {
    throw new Error(`This is not JSON: ${(cause as Error).message}`)
  }
  return outline(read)
}

function outline(read: unknown): Definition {
  if (!isObject(read)) throw new Error('A cohort definition is a JSON object.')
  if (read.version !== 1) throw new Error('This program reads cohort definitions of version 1.')
  if (typeof read.dataset !== 'string') throw new Error('The definition names no dataset.')
  if (!isObject(read.base) || typeof read.base.table !== 'string')
    throw new Error('The definition names no base table.')
  const include = rules(read.include, 'include')
  const exclude = rules(read.exclude, 'exclude')
  const ids = [...include, ...exclude].map((rule) => rule.id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw new Error(`Two rules have the id "${twice}".`)
  return {
    ...(read as object),
    version: 1,
    name: typeof read.name === 'string' ? read.name : '',
    dataset: read.dataset,
    base: read.base as Definition['base'],
    include,
    exclude,
  }
}

function rules(read: unknown, where: string): Rule[] {
  if (read === undefined || read === null) return []
  if (!Array.isArray(read)) throw new Error(`"${where}" is a list of rules.`)
  return read.map((rule: unknown, i) => {
    if (!isObject(rule) || !isObject(rule.rule))
      throw new Error(`Rule ${i + 1} of "${where}" has no "rule".`)
    const id = typeof rule.id === 'string' && rule.id ? rule.id : `${where}-${i + 1}`
    return { ...rule, id } as unknown as Rule
  })
}

const isObject = (x: unknown): x is Record<string, unknown> =>
  typeof x === 'object' && x !== null && !Array.isArray(x)
