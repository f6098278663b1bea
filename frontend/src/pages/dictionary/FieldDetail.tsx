import { Code, Stack, Table, Text } from '@mantine/core'
import { asProblem } from '../../api/problem'
import { useFieldSummary } from '../../api/queries'
import type { FieldSummary, FoundField } from '../../api/types'
import { Bins } from '../../charts/Bins'
import { ShareBar } from '../../charts/ShareBar'
import { Loading } from '../../components/Loading'
import { Panel } from '../../components/Panel'
import { ProblemNote } from '../../components/ProblemNote'
import { count, number, percent, withUnit } from '../../lib/format'
import classes from './DictionaryPage.module.css'

/** One field: what it means and how its values lie. */
export function FieldDetail({ field }: { field: FoundField }) {
  const { data, error, isPending } = useFieldSummary(field.dataset, field.field)
  return (
    <Panel title={withUnit(field.label, field.unit)} className={classes.detail}>
      <Stack gap="sm">
        {field.description && <Text size="sm">{field.description}</Text>}
        <dl className={classes.facts}>
          <dt>Address</dt>
          <dd>
            <Code>{field.field}</Code>
          </dd>
          <dt>Table</dt>
          <dd>
            {field.table_title}, {field.dataset_title}
          </dd>
          <dt>Type</dt>
          <dd>
            {typeWords[field.type] ?? field.type}
            {field.unit && `, in ${field.unit}`}
            {field.nullable ? ', may be missing' : ', never missing'}
          </dd>
        </dl>
        {isPending && <Loading what="Counting" />}
        {error && <ProblemNote problem={asProblem(error)} />}
        {data && <Values summary={data} />}
      </Stack>
    </Panel>
  )
}

const typeWords: Record<string, string> = {
  integer: 'Whole number',
  number: 'Number',
  category: 'One of a list',
  text: 'Text',
  date: 'Day',
  timestamp: 'Date and time',
  boolean: 'Yes or no',
}

function Values({ summary }: { summary: FieldSummary }) {
  const { n, missing, distinct, numeric, levels } = summary
  return (
    <>
      <dl className={`${classes.facts} numeric`}>
        <dt>Recorded</dt>
        <dd>
          n = {count(n)} ({percent(n / (n + missing || 1))} of rows)
        </dd>
        <dt>Missing</dt>
        <dd>{count(missing)}</dd>
        <dt>Distinct</dt>
        <dd>{count(distinct)}</dd>
      </dl>
      {numeric && <Numeric summary={summary} numeric={numeric} />}
      {!!levels?.length && <Levels levels={levels} n={n} />}
    </>
  )
}

interface NumericProps {
  summary: FieldSummary
  numeric: NonNullable<FieldSummary['numeric']>
}

function Numeric({ summary: { label, unit = '', n }, numeric }: NumericProps) {
  const { min, max, mean, sd, q1, median, q3, histogram } = numeric
  const { edges, counts } = histogram
  return (
    <>
      <div>
        <Bins
          edges={edges}
          counts={counts}
          domain={{ min: edges[0] ?? min, max: edges.at(-1) ?? max }}
          height={96}
          label={`Histogram of ${label}, n = ${count(n)}: from ${number(min)} to ${number(max)} ${unit}, half of the values between ${number(q1)} and ${number(q3)}`}
        />
        <div className={`${classes.ends} numeric`} aria-hidden>
          <span>{number(edges[0] ?? min)}</span>
          <span>{unit}</span>
          <span>{number(edges.at(-1) ?? max)}</span>
        </div>
      </div>
      <dl className={`${classes.facts} numeric`}>
        <dt>Median (Q1 to Q3)</dt>
        <dd>
          {number(median)} ({number(q1)} to {number(q3)}) {unit}
        </dd>
        <dt>Mean (SD)</dt>
        <dd>
          {number(mean)} ({number(sd)}) {unit}
        </dd>
        <dt>Range</dt>
        <dd>
          {number(min)} to {number(max)} {unit}
        </dd>
      </dl>
    </>
  )
}

function Levels({ levels, n }: { levels: NonNullable<FieldSummary['levels']>; n: number }) {
  return (
    <Table className="numeric" verticalSpacing={3} fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Code</Table.Th>
          <Table.Th>Meaning</Table.Th>
          <Table.Th ta="right">n</Table.Th>
          <Table.Th w="34%">Share of recorded</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {levels.map(({ code, label, count: times }) => (
          <Table.Tr key={code}>
            <Table.Td>
              <Code>{code}</Code>
            </Table.Td>
            <Table.Td>{label}</Table.Td>
            <Table.Td ta="right">{count(times)}</Table.Td>
            <Table.Td>
              <ShareBar share={n ? times / n : 0} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
