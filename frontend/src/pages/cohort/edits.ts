// The edits of this page, each one step of undo.
import {
  addRule,
  setLabel,
  setRule,
  type Definition,
  type Kind,
  type Predicate,
} from '../../lib/definition'
import { draft, type Question } from '../../state/draft'

/** Changes the definition. Steps with the same key fold into one until they are sealed. */
export const edit = (how: (definition: Definition) => Definition, key?: string) =>
  draft.edit((now) => {
    const definition = how(now.definition)
    return definition === now.definition ? now : { ...now, definition }
  }, key)

export const editRule = (id: string, rule: Predicate) =>
  edit((definition) => setRule(definition, id, rule), `rule ${id}`)

export const nameRule = (id: string, label: string) =>
  edit((definition) => setLabel(definition, id, label), `label ${id}`)

/** Adds a rule and says which id it got. */
export function add(kind: Kind, rule: Predicate): string {
  let added = ''
  edit((definition) => {
    const [next, id] = addRule(definition, kind, rule)
    added = id
    return next
  })
  return added
}

export const ask = (part: Question) =>
  draft.edit((now) => ({ ...now, question: { ...now.question, ...part } }))
