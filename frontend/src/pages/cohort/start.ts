// The cohort that a person starts from.
import type { Dataset, Table } from '../../api/types'
import type { Definition } from '../../lib/definition'

const blank = (dataset: Dataset, table: Table): Definition => ({
  version: 1,
  id: `draft-${Math.random().toString(36).slice(2, 10)}`,
  name: table.title,
  dataset: dataset.id,
  base: { table: table.id },
  include: [],
  exclude: [],
})

/**
 * A table's first cohort. With the demonstration's trial of primary biliary
 * cholangitis it shows what rules do: the randomised, and a threshold to move.
 */
export function startingDefinition(dataset: Dataset, table: Table): Definition {
  const start = blank(dataset, table)
  const has = (column: string) => table.fields.some((field) => field.column === column)
  if (!dataset.demonstration || table.id !== 'pbc' || !has('trt') || !has('bili')) return start
  return {
    ...start,
    name: 'Randomised PBC trial participants',
    include: [
      { id: 'randomised', label: 'Randomised', rule: { field: 'pbc.trt', missing: false } },
      { id: 'bilirubin', rule: { field: 'pbc.bili', between: [null, 10] } },
    ],
  }
}
