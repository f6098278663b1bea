import { Text } from '@mantine/core'
import { useMemo } from 'react'
import type { Prediction, Scores } from '../../api/types'
import { ShareBar } from '../../charts/ShareBar'
import { VirtualTable, type Column } from '../../components/VirtualTable'
import { count, number } from '../../lib/format'
import { flagWords } from './flags'

/** One line per row of the file, named by its line there: most probable class, probabilities, and what to be careful about. */
export function Predictions({ scores }: { scores: Scores }) {
  const classes = scores.model.classes
  const columns = useMemo(() => columnsFor(classes ?? []), [classes])
  const predictions = scores.predictions ?? []
  return (
    <>
      {scores.truncated && (
        <Text size="sm" c="dimmed" mb={6} className="numeric">
          The first {count(predictions.length)} of {count(scores.rows)} rows; the download has all.
        </Text>
      )}
      <VirtualTable
        label="Predictions"
        rows={predictions}
        columns={columns}
        rowKey={({ row }) => String(row)}
        minWidth={390 + 112 * (classes?.length ?? 1)}
      />
    </>
  )
}

function columnsFor(classes: string[]): Column<Prediction>[] {
  return [
    { key: 'line', title: 'Line', width: '48px', align: 'right', cell: ({ line }) => count(line) },
    ...(classes.length ? probabilities(classes) : [quantity]),
    {
      key: 'flags',
      title: 'Read with care',
      width: 'minmax(200px, 2fr)',
      cell: ({ flags, refusal }) => {
        const words = [refusal?.message, flags?.length ? flagWords(flags) : '']
          .filter(Boolean)
          .join('; ')
        return <span title={words}>{words}</span>
      },
    },
  ]
}

const probabilities = (classes: string[]): Column<Prediction>[] => [
  {
    key: 'class',
    title: 'Class',
    width: 'minmax(84px, 0.7fr)',
    cell: ({ label, scored }) => (scored ? <span title={label}>{label}</span> : 'no prediction'),
  },
  ...classes.map((name, i) => ({
    key: `p-${name}`,
    title: <span title={`Probability of ${name}`}>P({name})</span>,
    width: 'minmax(104px, 1fr)',
    cell: ({ probabilities: p }: Prediction) => (p?.[i] == null ? '' : <ShareBar share={p[i]} />),
  })),
]

const quantity: Column<Prediction> = {
  key: 'value',
  title: 'Predicted value',
  width: '140px',
  align: 'right',
  cell: ({ value, scored }) => (scored ? number(value, 4) : 'no prediction'),
}
