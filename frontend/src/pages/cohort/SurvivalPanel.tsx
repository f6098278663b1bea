import { Button, List, MultiSelect, Select, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { memo } from 'react'
import type { Live } from '../../api/live'
import type { AnalysisResult, Survival, Table } from '../../api/types'
import { Figure } from '../../charts/Figure'
import { Empty } from '../../components/Empty'
import { Loading } from '../../components/Loading'
import { Panel } from '../../components/Panel'
import { ProblemNote } from '../../components/ProblemNote'
import { Wide } from '../../components/Wide'
import { count, counted, interval, number, percent, pValue, withUnit } from '../../lib/format'
import { ask } from './edits'
import { Held } from './Held'
import {
  address,
  askable,
  codeOf,
  fieldOf,
  groupFields,
  isNumeric,
  levelsOf,
  literal,
  type Asked,
} from './fields'
import { FigureTable } from './FigureTable'
import classes from './CohortPage.module.css'

interface Props {
  table: Table
  asked: Asked
  live: Live<AnalysisResult>
  /** The cohort cannot be counted as it stands: this is an earlier answer. */
  held: boolean
  onSave: () => void
  saving: boolean
}

/** How long until the event, by group: the curve, its numbers, and what was asked. */
export function SurvivalPanel({ table, asked, live, held, onSave, saving }: Props) {
  const askedEnough = !!asked.time && !!asked.event?.in.length
  const { answer, problem, stale } = live
  return (
    <Panel
      title="Survival"
      aside={
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
          disabled={!answer?.figure || !askedEnough || !!problem || held}
          loading={saving}
          onClick={onSave}
        >
          Save figure
        </Button>
      }
    >
      <Selectors table={table} asked={asked} />
      {!askedEnough && (
        <Empty>Choose a time to event and what counts as the event to see a survival curve.</Empty>
      )}
      {problem && <ProblemNote problem={problem} />}
      {askedEnough && !problem && !answer && <Loading what="Drawing the curve" />}
      {askedEnough && !problem && answer && (
        <div className={held ? 'held' : stale ? 'stale' : undefined} aria-busy={stale}>
          {held && <Held />}
          <Curve answer={answer} />
        </div>
      )}
    </Panel>
  )
}

function Curve({ answer: { survival, figure } }: { answer: AnalysisResult }) {
  return (
    <>
      <Wide label="Figure">
        <div className={classes.figure}>{figure && <Figure svg={figure.svg} />}</div>
      </Wide>
      {survival && <Medians survival={survival} />}
      {figure && <FigureTable figure={figure} />}
    </>
  )
}

function Medians({ survival }: { survival: Survival }) {
  const { unit, groups, log_rank: test, excluded_missing: left, conf_level: level } = survival
  return (
    <>
      <List size="sm" className="numeric" spacing={2}>
        {groups.map((group) => (
          <List.Item key={group.code}>
            <strong>
              <bdi>{group.label}</bdi>
            </strong>
            : {counted(group.events, 'event')} in {count(group.n)} participants, median{' '}
            {interval(group.median.value, group.median.lower, group.median.upper)} {unit}
            {group.median.value != null && `, ${percent(level, 0)} interval`}
          </List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed" mt={4} className="numeric">
        {test?.p != null && (
          <>
            Log-rank test: χ² = {number(test.chi_square, 4)}, {test.df} df, p {pValue(test.p)}.{' '}
          </>
        )}
        n = {count(survival.n)}.{' '}
        {left > 0 && `${counted(left, 'participant')} left out: time, event or group not recorded.`}
      </Text>
    </>
  )
}

const Selectors = memo(function Selectors({ table, asked }: { table: Table; asked: Asked }) {
  const option = (field: Table['fields'][number]) => ({
    value: address(table, field),
    label: withUnit(field.label, field.unit),
  })
  const fields = askable(table)
  const eventField = fieldOf(table, asked.event?.field)
  const shared = { size: 'xs' as const, comboboxProps: { transitionProps: { duration: 0 } } }
  return (
    <div className={classes.selectors}>
      <Select
        {...shared}
        label="Time to event"
        placeholder="Choose a field"
        data={fields.filter(isNumeric).map(option)}
        value={asked.time ?? null}
        onChange={(time) => ask({ time: time ?? undefined })}
        allowDeselect={false}
        searchable
      />
      <Select
        {...shared}
        label="Event field"
        placeholder="Choose a field"
        data={fields.filter((field) => levelsOf(field).length > 1).map(option)}
        value={asked.event?.field ?? null}
        onChange={(id) => {
          const field = fieldOf(table, id)
          const last = field && levelsOf(field).at(-1)
          if (field && id && last) ask({ event: { field: id, in: [literal(field, last.code)] } })
        }}
        allowDeselect={false}
        searchable
      />
      <MultiSelect
        {...shared}
        label="Counts as the event"
        placeholder={asked.event?.in.length ? undefined : 'Choose at least one'}
        disabled={!eventField}
        data={
          eventField ? levelsOf(eventField).map(({ code, label }) => ({ value: code, label })) : []
        }
        value={asked.event?.in.map(codeOf) ?? []}
        onChange={(codes) =>
          eventField &&
          ask({
            event: {
              field: address(table, eventField),
              in: codes.map((code) => literal(eventField, code)),
            },
          })
        }
      />
      <Select
        {...shared}
        label="Compare groups by"
        data={[{ value: '', label: 'No groups' }, ...groupFields(table).map(option)]}
        value={asked.by ?? ''}
        onChange={(by) => ask({ by: by || null })}
        allowDeselect={false}
        searchable
      />
    </div>
  )
})
