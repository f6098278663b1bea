// Where the focus goes when the card that held it moves or goes away: React moves
// nodes in the page, and a moved or removed node loses the focus.
import { place, type Definition } from '../../lib/definition'

/** The focus stays on the same control of a card across a change that may move it. */
export function keepFocus(change: () => void) {
  const held = document.activeElement
  change()
  later(() => held instanceof HTMLElement && held.isConnected && held.focus())
}

/** To a rule's heading, wherever it now is. */
export const focusRule = (id: string) =>
  later(() => card(`[data-rule="${CSS.escape(id)}"] [data-heading]`)?.focus())

/** To the neighbour of a rule that goes away, or to where one is added. */
export function focusBeside(definition: Definition, id: string) {
  const at = place(definition, id)
  if (!at) return
  const rules = definition[at.kind]
  const beside = rules[at.index + 1] ?? rules[at.index - 1]
  if (beside) focusRule(beside.id)
  else later(() => card(`[data-add="${at.kind}"] input`)?.focus())
}

const card = (selector: string) => document.querySelector<HTMLElement>(selector)

// After React has drawn and a closing menu has given its own focus back.
const later = (what: () => unknown) => setTimeout(() => requestAnimationFrame(what), 0)
