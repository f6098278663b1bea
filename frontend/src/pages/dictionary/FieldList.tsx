import type { FoundField } from '../../api/types'
import { VirtualTable, type Column } from '../../components/VirtualTable'
import classes from './DictionaryPage.module.css'

interface Props {
  fields: FoundField[]
  chosen: string | undefined
  onChoose: (field: FoundField) => void
}

const id = ({ dataset, field }: FoundField) => `${dataset}/${field}`

/** The fields found, best first; click or use the arrow keys to see one. */
export function FieldList({ fields, chosen, onChoose }: Props) {
  const at = fields.findIndex((field) => id(field) === chosen)
  const columns: Column<FoundField>[] = [
    {
      key: 'label',
      title: 'Field',
      width: 'minmax(180px, 2fr)',
      cell: (field) => (
        <button
          type="button"
          className={classes.field}
          aria-pressed={id(field) === chosen}
          title={field.label}
          onClick={() => onChoose(field)}
        >
          {field.label}
        </button>
      ),
    },
    {
      key: 'name',
      title: 'Address',
      width: 'minmax(120px, 1fr)',
      cell: (field) => <code title={field.field}>{field.field}</code>,
    },
    { key: 'unit', title: 'Unit', width: '84px', cell: (field) => field.unit || '' },
    {
      key: 'table',
      title: 'Table',
      width: 'minmax(120px, 1.2fr)',
      cell: (field) => <span title={field.table_title}>{field.table_title}</span>,
    },
  ]
  return (
    <VirtualTable
      label="Fields"
      rows={fields}
      columns={columns}
      rowKey={id}
      minWidth={520}
      height="min(64vh, 640px)"
      chosen={at < 0 ? undefined : at}
      onChoose={(index) => onChoose(fields[index]!)}
    />
  )
}
