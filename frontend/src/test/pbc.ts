// A few fields of the demonstration's table, as the backend describes them.
import type { Field, Table } from '../api/types'

const field = (column: string, label: string, rest: Partial<Field>): Field => ({
  column,
  label,
  type: 'number',
  nullable: false,
  ...rest,
})

const levels = (...pairs: [string, string][]) => pairs.map(([code, label]) => ({ code, label }))

export const pbc = {
  id: 'pbc',
  title: 'Primary biliary cholangitis',
  description: 'One trial.',
  participant: 'id',
  grain: 'One row per participant',
  rows: 418,
  source: 'R package survival',
  licence: 'LGPL (>= 2)',
  fields: [
    field('id', 'Participant', { type: 'integer' }),
    field('time', 'Follow-up time', { type: 'integer', unit: 'days' }),
    field('status', 'Status at end of follow-up', {
      type: 'integer',
      levels: levels(['0', 'Censored'], ['1', 'Transplant'], ['2', 'Dead']),
    }),
    field('trt', 'Treatment', {
      type: 'integer',
      nullable: true,
      levels: levels(['1', 'D-penicillamine'], ['2', 'Placebo']),
    }),
    field('age', 'Age at registration', { unit: 'years' }),
    field('sex', 'Sex', { type: 'category', levels: levels(['m', 'Male'], ['f', 'Female']) }),
    field('edema', 'Oedema', {
      levels: levels(['0', 'None'], ['0.5', 'Untreated'], ['1', 'Despite']),
    }),
    field('bili', 'Serum bilirubin', { unit: 'mg/dL' }),
    field('alk.phos', 'Alkaline phosphatase', { unit: 'U/L', nullable: true }),
  ],
} as Table
