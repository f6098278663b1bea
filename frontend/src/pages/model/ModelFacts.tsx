import { Text } from '@mantine/core'
import type { Model, ModelFeature } from '../../api/types'
import { Panel } from '../../components/Panel'
import { VirtualTable, type Column } from '../../components/VirtualTable'
import { bytes, count, date, nothing, number } from '../../lib/format'
import classes from './ModelPage.module.css'

/** What the model is and what it wants to know. */
export function ModelFacts({ model }: { model: Model }) {
  const features = model.features ?? []
  return (
    <Panel title="What it takes">
      <dl className={`${classes.facts} numeric`}>
        <dt>Predicts</dt>
        <dd>{model.classes?.length ? model.classes.join(', ') : model.label || model.objective}</dd>
        <dt>Kind</dt>
        <dd>
          {model.format}, {model.objective}, {count(model.trees)} trees
        </dd>
        <dt>File</dt>
        <dd>
          {bytes(model.bytes)}, added {date(model.added_at)}
        </dd>
        <dt>SHA-256</dt>
        <dd title={model.sha256}>
          <code>{model.sha256.slice(0, 16)}…</code>
        </dd>
      </dl>
      <VirtualTable
        label={`Inputs of ${model.name}`}
        rows={features}
        columns={columns}
        rowKey={({ name }) => name}
        height={340}
      />
      <Text size="xs" c="dimmed" mt={6}>
        {count(features.length)} inputs. The range is that of the training data; values outside it
        are scored and flagged.
      </Text>
    </Panel>
  )
}

const columns: Column<ModelFeature>[] = [
  {
    key: 'name',
    title: 'Input',
    width: 'minmax(0, 1.2fr)',
    cell: ({ name, unit }) => (
      <span title={unit ? `${name} (${unit})` : name}>
        {name}
        {unit && ` (${unit})`}
      </span>
    ),
  },
  {
    key: 'range',
    title: 'In training',
    width: 'minmax(0, 1fr)',
    align: 'right',
    cell: (feature) => <span title={range(feature)}>{range(feature)}</span>,
  },
]

function range({ min, max, levels }: ModelFeature): string {
  if (levels?.length) return levels.join(', ')
  return min == null || max == null ? nothing : `${number(min)} to ${number(max)}`
}
