import { Alert, Button, Group, List, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { scoreToCSV } from '../../api/commands'
import { asProblem } from '../../api/problem'
import type { Scores } from '../../api/types'
import { ShareBar } from '../../charts/ShareBar'
import { Panel } from '../../components/Panel'
import { download } from '../../lib/download'
import { count, counted } from '../../lib/format'
import { flagKinds } from './flags'
import { MappingReport } from './MappingReport'
import { Predictions } from './Predictions'
import classes from './ModelPage.module.css'

/** The file that was scored stays in this page's memory only. */
export interface Scored {
  name: string
  bytes: ArrayBuffer
  scores: Scores
}

/** What the model said about a file. */
export function Results({ model, scored }: { model: string; scored: Scored }) {
  const { scores, name } = scored
  return (
    <>
      <Panel title={name} aside={<Download model={model} scored={scored} />}>
        <div className={classes.summary}>
          <Classes scores={scores} />
          <Cautions scores={scores} />
        </div>
        {!!scores.refusals?.length && <Refusals scores={scores} />}
        <Text size="xs" c="dimmed" mt="sm" style={{ overflowWrap: 'anywhere' }}>
          For research use only; not a medical device. File SHA-256{' '}
          {scores.input_sha256.slice(0, 16)}…, model SHA-256 {scores.model.sha256.slice(0, 16)}…
        </Text>
      </Panel>
      <MappingReport mapping={scores.mapping} />
      <Panel title="Predictions">
        <Predictions scores={scores} />
      </Panel>
    </>
  )
}

function Classes({ scores }: { scores: Scores }) {
  return (
    <div>
      <Text size="sm" mb={6} className="numeric">
        <strong>{counted(scores.scored, 'row')} scored</strong> of {count(scores.rows)} in the file
        {!!scores.classes?.length && '. Most probable class:'}
      </Text>
      {scores.classes?.map(({ label, count: n }) => (
        <Group key={label} gap="sm" wrap="nowrap" fz="sm">
          <Text size="sm" w="9em" truncate title={label}>
            {label}
          </Text>
          <Text size="sm" miw="5em" ta="right" className="numeric">
            n = {count(n)}
          </Text>
          <div style={{ flex: 1 }}>
            <ShareBar share={scores.scored ? n / scores.scored : 0} />
          </div>
        </Group>
      ))}
    </div>
  )
}

function Cautions({ scores: { flagged_rows: rows, flagged } }: { scores: Scores }) {
  return (
    <div>
      <Text size="sm" mb={4} className="numeric">
        {rows === 0 ? (
          'No row has a missing or unusual input.'
        ) : (
          <>
            <strong>{counted(rows, 'row')}</strong> to read with care:
          </>
        )}
      </Text>
      <List size="sm" className="numeric">
        {Object.entries(flagged)
          .filter(([, n]) => n > 0)
          .map(([kind, n]) => (
            <List.Item key={kind}>
              {counted(n, 'row')} with {flagKinds[kind] ?? kind}
            </List.Item>
          ))}
      </List>
    </div>
  )
}

function Refusals({ scores: { refused, refusals } }: { scores: Scores }) {
  return (
    <Alert
      mt="sm"
      color="yellow"
      role="status"
      title={`${counted(refused, 'row')} without a prediction`}
    >
      <List size="sm">
        {refusals?.map(({ place, message }) => (
          <List.Item key={place}>
            {place}: {message}
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}

function Download({ model, scored: { name, bytes } }: { model: string; scored: Scored }) {
  const save = useMutation({
    mutationFn: () => scoreToCSV(model, name, bytes),
    onSuccess: (csv) => {
      const file = `${name.replace(/\.[^.]+$/, '')}-predictions.csv`
      download(csv, 'text/csv', file)
      notifications.show({ message: `All predictions are in your downloads as ${file}.` })
    },
    onError: (error) =>
      notifications.show({ color: 'red', title: 'Not saved', message: asProblem(error).message }),
  })
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden />}
      loading={save.isPending}
      onClick={() => save.mutate()}
    >
      Download all predictions
    </Button>
  )
}
