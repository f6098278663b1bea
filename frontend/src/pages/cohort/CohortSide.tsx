import { Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import type { Live } from '../../api/live'
import type { Problem } from '../../api/problem'
import { fetchDataset } from '../../api/queries'
import type { Dataset, Evaluation, Overview, Table } from '../../api/types'
import { Announcer } from '../../components/Announcer'
import { Panel } from '../../components/Panel'
import { ProblemNote } from '../../components/ProblemNote'
import type { Definition } from '../../lib/definition'
import { count, counted, nothing, percent } from '../../lib/format'
import { draft, newDraft } from '../../state/draft'
import { edit } from './edits'
import { Rules } from './Rules'
import { startingDefinition } from './start'
import classes from './CohortPage.module.css'

interface Props {
  overview: Overview
  dataset: Dataset
  table: Table
  definition: Definition
  live: Live<Evaluation>
  onText: () => void
}

/** The cohort itself: where it starts, its rules, and how many are in. */
export function CohortSide({ overview, dataset, table, definition, live, onText }: Props) {
  return (
    <Panel title="Who is in">
      <Stack gap="sm">
        <Size live={live} />
        <TextInput
          label="Name"
          size="xs"
          value={definition.name}
          onChange={(event) => {
            const name = event.currentTarget.value
            edit((now) => ({ ...now, name }), 'name')
          }}
          onBlur={draft.seal}
        />
        <Base {...{ overview, dataset, table }} />
        {definition.base.all && definition.base.all.length > 0 && (
          <Text size="xs" c="dimmed">
            {live.answer?.attrition[0]?.sentence}
          </Text>
        )}
        {live.problem && !saidAtRules(live.problem) && (
          <ProblemNote
            problem={live.problem}
            onRetry={live.problem.passing ? live.retry : undefined}
          />
        )}
        <Rules {...{ definition, table, live, onText }} />
      </Stack>
    </Panel>
  )
}

/** Every finding stands at a rule of this page, which shows it in its place. */
const saidAtRules = ({ details }: Problem) =>
  details.length > 0 &&
  details.every(({ location }) => /^\/(in|ex)clude\/\d+\//.test(location ?? ''))

function Size({ live }: { live: Live<Evaluation> }) {
  const { answer, stale, problem } = live
  const base = answer?.attrition[0]?.after ?? 0
  const words = answer ? `${counted(answer.participants, 'participant')} in the cohort` : ''
  return (
    <div className={stale ? 'stale' : undefined}>
      <div className={`${classes.size} numeric`} data-testid="cohort-size">
        <strong>{problem ? nothing : answer ? count(answer.participants) : '…'}</strong>
        <span>{answer?.participants === 1 && !problem ? 'participant' : 'participants'}</span>
        <Text span size="sm" c="dimmed">
          {problem
            ? 'not counted as it stands'
            : answer && base > 0 && `${percent(answer.participants / base)} of ${count(base)}`}
          {!problem &&
            answer &&
            answer.rows !== answer.participants &&
            `, ${counted(answer.rows, 'row')}`}
        </Text>
      </div>
      <Announcer text={problem ? 'The cohort cannot be counted as it stands' : words} />
    </div>
  )
}

function Base({ overview, dataset, table }: Pick<Props, 'overview' | 'dataset' | 'table'>) {
  const begin = (from: Dataset, id: string) => {
    const chosen = from.tables.find((candidate) => candidate.id === id)
    if (chosen) draft.replace(newDraft(startingDefinition(from, chosen)))
  }
  return (
    <Group gap="sm" grow wrap="nowrap" align="flex-end">
      {overview.datasets.length > 1 && (
        <NativeSelect
          size="xs"
          label="Dataset"
          value={dataset.id}
          data={overview.datasets.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(event) => void switchDataset(event.currentTarget.value)}
        />
      )}
      <NativeSelect
        size="xs"
        label={overview.datasets.length > 1 ? 'Table' : `Table of ${dataset.title}`}
        value={table.id}
        data={dataset.tables.map(({ id, title }) => ({ value: id, label: title }))}
        onChange={(event) => begin(dataset, event.currentTarget.value)}
      />
    </Group>
  )
}

/** Starts from another dataset's first table. */
async function switchDataset(id: string) {
  const dataset = await fetchDataset(id)
  const first = dataset.tables[0]
  if (first) draft.replace(newDraft(startingDefinition(dataset, first)))
}
