import { Button, Stack, Table, Text } from '@mantine/core'
import type { DatasetSummary, ModelSummary, Overview } from '../../api/types'
import { Empty } from '../../components/Empty'
import { PageLink } from '../../components/PageLink'
import { Panel } from '../../components/Panel'
import { Wide } from '../../components/Wide'
import { bytes, count } from '../../lib/format'
import { openDialog } from '../../state/dialogs'
import { Protection } from './Protection'

/** The datasets and models of the vault, and how they are protected. */
export function Contents({ overview }: { overview: Overview }) {
  const { vault, datasets, models } = overview
  return (
    <Stack gap="md" miw={0}>
      <Panel
        title="Datasets"
        aside={
          <Button size="compact-sm" variant="default" onClick={() => openDialog('import')}>
            Import a folder
          </Button>
        }
      >
        {datasets.length ? <Datasets datasets={datasets} /> : <Empty>No dataset yet.</Empty>}
      </Panel>
      <Panel title="Models">
        {models.length ? (
          <Models models={models} />
        ) : (
          <Empty>No model yet. Add one from a file on the Model page.</Empty>
        )}
      </Panel>
      <Protection vault={vault} />
    </Stack>
  )
}

function Datasets({ datasets }: { datasets: DatasetSummary[] }) {
  return (
    <Wide label="Datasets">
      <Table className="numeric">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Dataset</Table.Th>
            <Table.Th ta="right">Tables</Table.Th>
            <Table.Th ta="right">Participants</Table.Th>
            <Table.Th ta="right">Rows</Table.Th>
            <Table.Th ta="right">Size</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {datasets.map((dataset) => (
            <Table.Tr key={dataset.id}>
              <Table.Td>
                <PageLink to="/dictionary" search={{ dataset: dataset.id }} size="sm">
                  {dataset.title}
                </PageLink>{' '}
                <Text span size="xs" c="dimmed">
                  version {dataset.version}
                </Text>
                <Text size="xs" c="dimmed" lineClamp={2} title={dataset.description}>
                  {dataset.description}
                </Text>
              </Table.Td>
              <Table.Td ta="right">{count(dataset.tables)}</Table.Td>
              <Table.Td ta="right">{count(dataset.participants)}</Table.Td>
              <Table.Td ta="right">{count(dataset.rows)}</Table.Td>
              <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
                {bytes(dataset.bytes)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}

function Models({ models }: { models: ModelSummary[] }) {
  return (
    <Wide label="Models">
      <Table className="numeric">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Model</Table.Th>
            <Table.Th>Predicts</Table.Th>
            <Table.Th ta="right">Inputs</Table.Th>
            <Table.Th ta="right">Trees</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {models.map((model) => (
            <Table.Tr key={model.id}>
              <Table.Td>
                <PageLink to="/model" search={{ model: model.id }} size="sm">
                  {model.name}
                </PageLink>{' '}
                <Text span size="xs" c="dimmed">
                  {model.format}
                </Text>
              </Table.Td>
              <Table.Td>
                {model.classes?.length ? model.classes.join(', ') : model.objective}
              </Table.Td>
              <Table.Td ta="right">{count(model.inputs)}</Table.Td>
              <Table.Td ta="right">{count(model.trees)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  )
}
