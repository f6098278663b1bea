import { NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { useFieldSummary } from '../../api/queries'
import type { Table } from '../../api/types'
import type { Predicate, Rule } from '../../lib/definition'
import { draft } from '../../state/draft'
import { conditionOf, conditionsFor, toCondition, type Condition } from './conditions'
import { DateEditor } from './DateEditor'
import { editRule, nameRule } from './edits'
import { fieldOf, isDated } from './fields'
import { LevelsEditor } from './LevelsEditor'
import { RangeEditor } from './RangeEditor'

interface Props {
  rule: Rule
  dataset: string
  table: Table
}

/** What a rule asks, in the form that suits its field. */
export function RuleEditor({ rule: { id, label, rule }, dataset, table }: Props) {
  const field = 'field' in rule ? fieldOf(table, rule.field) : undefined
  const { data: summary } = useFieldSummary(
    dataset,
    field && 'field' in rule ? rule.field : undefined,
  )
  if (!('field' in rule) || !field) return <Elsewhere />

  const change = (next: Predicate) => editRule(id, next)
  const median = summary?.numeric?.median
  const middle =
    median == null ? (isDated(field) ? '2000-01-01' : 0) : Number(median.toPrecision(4))
  return (
    <Stack gap="xs">
      <NativeSelect
        size="xs"
        label="Condition"
        value={conditionOf(rule)}
        data={conditionsFor(field, conditionOf(rule))}
        onChange={(event) => {
          draft.seal()
          change(toCondition(rule, field, event.currentTarget.value as Condition, middle))
          draft.seal()
        }}
      />
      <Values {...{ rule, field, summary, change }} />
      <TextInput
        size="xs"
        label="Label"
        placeholder="the sentence above"
        value={label ?? ''}
        onChange={(event) => nameRule(id, event.currentTarget.value)}
        onBlur={draft.seal}
      />
    </Stack>
  )
}

interface ValuesProps {
  rule: Extract<Predicate, { field: string }>
  field: NonNullable<ReturnType<typeof fieldOf>>
  summary: ReturnType<typeof useFieldSummary>['data']
  change: (rule: Predicate) => void
}

function Values({ rule, field, summary, change }: ValuesProps) {
  if ('missing' in rule) return null
  if ('in' in rule) return <LevelsEditor {...{ rule, field, summary }} onChange={change} />
  const parts = { rule, onChange: change, onSettle: draft.seal }
  return isDated(field) ? (
    <DateEditor {...parts} />
  ) : (
    <RangeEditor {...parts} {...{ field, summary }} />
  )
}

const Elsewhere = () => (
  <Text size="sm" c="dimmed">
    This rule combines conditions. Change it under “Edit as text”.
  </Text>
)
