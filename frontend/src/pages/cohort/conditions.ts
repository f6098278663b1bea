// The forms of a rule that have an editor of their own, and the ways between them.
import type { Field } from '../../api/types'
import type { Bound, Predicate } from '../../lib/definition'
import { isCategorical, isDated, isNumeric, levelsOf, literal } from './fields'

export type Condition = 'between' | 'above' | 'below' | 'in' | 'recorded' | 'missing' | 'combined'

export function conditionOf(rule: Predicate): Condition {
  if ('between' in rule) return 'between'
  if ('above' in rule) return 'above'
  if ('below' in rule) return 'below'
  if ('in' in rule) return 'in'
  if ('missing' in rule) return rule.missing ? 'missing' : 'recorded'
  return 'combined'
}

const words: Record<Condition, string> = {
  between: 'Within a range (ends included)',
  above: 'Above a value',
  below: 'Below a value',
  in: 'One of these',
  recorded: 'Is recorded',
  missing: 'Is not recorded',
  combined: 'Several conditions',
}

/** The conditions that make sense for a field. */
export function conditionsFor(
  field: Field,
  present?: Condition,
): { value: Condition; label: string }[] {
  const values: Condition[] = isCategorical(field)
    ? ['in']
    : isNumeric(field) || isDated(field)
      ? ['between', 'above', 'below']
      : ['in']
  const offered: Condition[] = [...values, 'recorded', 'missing']
  // A definition from a file may ask in a way that is not offered here; it is kept.
  if (present && !offered.includes(present)) offered.unshift(present)
  return offered.map((value) => ({
    value,
    label: words[value],
  }))
}

/** The same field asked another way, keeping the numbers where they carry over. */
export function toCondition(
  rule: Predicate,
  field: Field,
  to: Condition,
  middle: Bound,
): Predicate {
  if (!('field' in rule)) return rule
  const id = rule.field
  switch (to) {
    case 'between':
      return { field: id, between: [lowOf(rule), highOf(rule)] }
    case 'above':
      return { field: id, above: lowOf(rule) ?? highOf(rule) ?? middle }
    case 'below':
      return { field: id, below: highOf(rule) ?? lowOf(rule) ?? middle }
    case 'in':
      return { field: id, in: levelsOf(field).map(({ code }) => literal(field, code)) }
    case 'recorded':
      return { field: id, missing: false }
    case 'missing':
      return { field: id, missing: true }
    default:
      return rule
  }
}

function lowOf(rule: Predicate): Bound | null {
  if ('between' in rule) return rule.between[0]
  return 'above' in rule ? rule.above : null
}

function highOf(rule: Predicate): Bound | null {
  if ('between' in rule) return rule.between[1]
  return 'below' in rule ? rule.below : null
}
