import { Badge, Group, List, Text } from '@mantine/core'
import type { Mapping } from '../../api/types'
import { Panel } from '../../components/Panel'
import { VirtualTable, type Column } from '../../components/VirtualTable'
import { count, counted } from '../../lib/format'

type Feature = NonNullable<Mapping['features']>[number]

/** How the file's columns were laid on the model's inputs. */
export function MappingReport({ mapping }: { mapping: Mapping }) {
  const features = mapping.features ?? []
  const matched = features.filter(({ column }) => column).length
  // What needs a look comes first.
  const rows = [...features].sort((a, b) => Number(!!a.column) - Number(!!b.column))
  return (
    <Panel
      title="Columns"
      aside={
        <Group gap={6}>
          <Badge variant="light" tt="none" color={matched === features.length ? 'glass' : 'yellow'}>
            {count(matched)} of {count(features.length)} inputs matched
          </Badge>
        </Group>
      }
    >
      <List size="sm" mb="sm">
        <Named names={mapping.missing} words="without a column, scored as missing" noun="input" />
        <Named
          names={mapping.ambiguous}
          words="that several columns could be; rename all but one"
          noun="input"
        />
        <Named names={mapping.unused} words="not used by the model" noun="column" />
        <Named names={mapping.duplicates} words="occurring more than once" noun="column name" />
      </List>
      <VirtualTable
        label="Inputs and their columns"
        rows={rows}
        columns={columns}
        rowKey={({ feature }) => feature}
        height={220}
        rowHeight={30}
      />
    </Panel>
  )
}

function Named({ names, words, noun }: { names: string[] | null; words: string; noun: string }) {
  if (!names?.length) return null
  return (
    <List.Item>
      {counted(names.length, noun)} {words}:{' '}
      <Text span size="sm" style={{ overflowWrap: 'anywhere' }}>
        {names.join(', ')}
      </Text>
    </List.Item>
  )
}

const matches: Record<string, string> = {
  exact: 'same name',
  normalised: 'same but for case or punctuation',
  missing: 'no column',
  ambiguous: 'several columns',
}

const columns: Column<Feature>[] = [
  {
    key: 'feature',
    title: 'Input of the model',
    width: 'minmax(0, 1fr)',
    cell: ({ feature }) => <span title={feature}>{feature}</span>,
  },
  {
    key: 'column',
    title: 'Column of the file',
    width: 'minmax(0, 1fr)',
    cell: ({ column, candidates }) => (
      <span title={column}>{column || candidates?.join(', ') || 'none'}</span>
    ),
  },
  {
    key: 'match',
    title: 'How',
    width: 'minmax(0, 1fr)',
    cell: ({ match }) => matches[match] ?? match,
  },
]
