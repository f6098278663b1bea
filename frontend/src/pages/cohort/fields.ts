// What a table offers to rules and questions, and the sensible first choices.
import type { Field, Table } from '../../api/types'
import type { Predicate } from '../../lib/definition'
import type { Question } from '../../state/draft'

export const address = (table: Table, field: Field) => `${table.id}.${field.column}`

export const fieldOf = (table: Table, id: string | undefined | null) =>
  table.fields.find((field) => address(table, field) === id)

export const isCategorical = (field: Field) =>
  field.type === 'category' || field.type === 'boolean' || !!field.levels?.length

export const isNumeric = (field: Field) =>
  (field.type === 'integer' || field.type === 'number') && !field.levels?.length

export const isDated = (field: Field) => field.type === 'date' || field.type === 'timestamp'

/** The fields that say something about participants: not their number, not the row's order. */
export const askable = (table: Table) =>
  table.fields.filter(({ column }) => column !== table.participant && column !== table.order)

/** The values of a coded field, boolean ones included. */
export const levelsOf = (field: Field) =>
  field.levels?.length
    ? field.levels
    : field.type === 'boolean'
      ? [
          { code: '0', label: 'No' },
          { code: '1', label: 'Yes' },
        ]
      : []

/** A code as it is written in a definition: a number where the field holds numbers. */
export function literal(field: Field, code: string): string | number | boolean {
  if (field.type === 'integer' || field.type === 'number') return Number(code)
  if (field.type === 'boolean') return code === '1'
  return code
}

/** The code of a value written in a definition. */
export const codeOf = (value: string | number | boolean) =>
  typeof value === 'boolean' ? String(Number(value)) : String(value)

/** The rule a field starts with: one that can be seen and changed, and takes few away. */
export function firstRule(table: Table, field: Field, kind: 'include' | 'exclude'): Predicate {
  const id = address(table, field)
  if (kind === 'exclude' && (field.nullable || !isCategorical(field)))
    return { field: id, missing: true }
  const codes = levelsOf(field).map(({ code }) => literal(field, code))
  if (codes.length) return { field: id, in: kind === 'exclude' ? codes.slice(-1) : codes }
  if (isNumeric(field) || isDated(field)) return { field: id, between: [null, null] }
  return { field: id, missing: false }
}

/** A question with nothing left open, where the table can answer one. */
export interface Asked {
  time?: string
  event?: { field: string; in: (string | number | boolean)[] }
  by?: string
  fields: string[]
}

/** Fills what was not chosen with what the table suggests. */
export function resolve(table: Table, question: Question): Asked {
  const known = (id: string | null | undefined) => (fieldOf(table, id) ? id! : undefined)
  const time = known(question.time) ?? guessTime(table)
  const event = known(question.event?.field) ? question.event : guessEvent(table)
  const by =
    question.by === null ? undefined : (known(question.by) ?? guessGroup(table, event?.field))
  const chosen = question.fields?.filter((id) => known(id))
  return { time, event, by, fields: chosen ?? guessFields(table, [time, event?.field, by]) }
}

const followUp = /^(time|futime|os[._-]?time|follow[._-]?up|stime|survival)/i
const outcome = /^(status|fustat|event|death|dead|vital)/i
const badEnd = /\b(dead|death|died|event|recurr|relapse|progress)/i
const treatment = /^(trt|treat|rx|arm|group|randomi)/i

function guessTime(table: Table): string | undefined {
  const numeric = askable(table).filter((field) => isNumeric(field))
  const found = numeric.find(({ column }) => followUp.test(column))
  return found && address(table, found)
}

function guessEvent(table: Table): Asked['event'] {
  const coded = askable(table).filter((field) => levelsOf(field).length > 1)
  const field = coded.find(({ column }) => outcome.test(column))
  if (!field) return undefined
  const levels = levelsOf(field)
  const level = levels.find(({ label }) => badEnd.test(label)) ?? levels.at(-1)!
  return { field: address(table, field), in: [literal(field, level.code)] }
}

/** Fields that divide a cohort into few groups. */
export const groupFields = (table: Table) =>
  askable(table).filter((field) => {
    const n = levelsOf(field).length
    return n > 1 && n <= 8
  })

function guessGroup(table: Table, event: string | undefined): string | undefined {
  const fields = groupFields(table).filter((field) => address(table, field) !== event)
  const found =
    fields.find(({ column }) => treatment.test(column)) ??
    fields.find(({ column }) => /^sex$/i.test(column))
  return found && address(table, found)
}

const firstFields = 10

function guessFields(table: Table, asked: (string | undefined)[]): string[] {
  return askable(table)
    .filter((field) => isNumeric(field) || isCategorical(field))
    .filter((field) => levelsOf(field).length <= 8)
    .map((field) => address(table, field))
    .filter((id) => !asked.includes(id))
    .slice(0, firstFields)
}
