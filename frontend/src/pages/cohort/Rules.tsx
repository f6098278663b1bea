import { Select, Text, Title } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { memo, useState } from 'react'
import type { Live } from '../../api/live'
import type { Evaluation, Table } from '../../api/types'
import type { Definition, Kind } from '../../lib/definition'
import { Announcer } from '../../components/Announcer'
import { withUnit } from '../../lib/format'
import { add } from './edits'
import { address, askable, fieldOf, firstRule } from './fields'
import { RuleCard } from './RuleCard'
import classes from './CohortPage.module.css'

interface Props {
  definition: Definition
  table: Table
  live: Live<Evaluation>
  onText: () => void
}

const headings: Record<Kind, { title: string; empty: string; add: string }> = {
  include: {
    title: 'Include those who meet all of',
    empty: 'No rule: everybody in the table is in.',
    add: 'Add an inclusion rule',
  },
  exclude: {
    title: 'Exclude those who meet any of',
    empty: 'No rule: nobody is left out.',
    add: 'Add an exclusion rule',
  },
}

/** The rules in the order they are applied. */
export function Rules(props: Props) {
  const [fresh, setFresh] = useState<string>()
  return (
    <>
      {(['include', 'exclude'] as const).map((kind) => (
        <RuleList key={kind} kind={kind} fresh={fresh} onAdded={setFresh} {...props} />
      ))}
      <Announcer text={useOrderNews(props.definition)} settle={300} />
    </>
  )
}

/** The order of the rules in words once it has changed, for those who do not see it. */
function useOrderNews({ include, exclude }: Definition): string {
  const words = [
    ...include.map(({ id, label }) => `include ${label ?? id}`),
    ...exclude.map(({ id, label }) => `exclude ${label ?? id}`),
  ].join(', then ')
  const [news, setNews] = useState({ words, told: '' })
  if (news.words !== words) setNews({ words, told: `Rules: ${words || 'none'}` })
  return news.told
}

interface ListProps extends Props {
  kind: Kind
  fresh: string | undefined
  onAdded: (id: string) => void
}

function RuleList({ kind, fresh, onAdded, definition, table, live, onText }: ListProps) {
  const rules = definition[kind]
  const steps = live.answer?.attrition ?? []
  const base = steps[0]?.after ?? 0
  const { title, empty } = headings[kind]
  return (
    <div>
      <Title order={3} mb={4}>
        {title}
      </Title>
      {rules.length === 0 && (
        <Text size="sm" c="dimmed" mb={6}>
          {empty}
        </Text>
      )}
      <ol className={classes.rules}>
        {rules.map((rule, i) => (
          <RuleCard
            key={rule.id}
            {...{ kind, rule, base, table, onText }}
            dataset={definition.dataset}
            step={steps.find(({ id, kind: of }) => id === rule.id && of === kind)}
            stale={live.stale}
            held={!!live.problem}
            finding={findingAt(live, `/${kind}/${i}/`)}
            startsOpen={rule.id === fresh || 'between' in rule.rule}
          />
        ))}
      </ol>
      <AddRule kind={kind} table={table} onAdded={onAdded} />
    </div>
  )
}

/** What the backend found wrong at a place of the definition. */
const findingAt = ({ problem }: Live<Evaluation>, pointer: string) =>
  problem?.details.find(({ location }) => (location + '/').includes(pointer))?.message

const AddRule = memo(function AddRule({
  kind,
  table,
  onAdded,
}: Pick<ListProps, 'kind' | 'table' | 'onAdded'>) {
  const label = headings[kind].add
  return (
    <Select
      wrapperProps={{ 'data-add': kind }}
      aria-label={label}
      placeholder={`${label}: search fields`}
      size="sm"
      leftSection={<IconPlus size={16} aria-hidden />}
      searchable
      value={null}
      data={askable(table).map((field) => ({
        value: address(table, field),
        label: `${withUnit(field.label, field.unit)} · ${field.column}`,
      }))}
      nothingFoundMessage="No field has these words."
      onChange={(id) => {
        const field = fieldOf(table, id)
        if (field) onAdded(add(kind, firstRule(table, field, kind)))
      }}
      maxDropdownHeight={320}
      comboboxProps={{ transitionProps: { duration: 0 } }}
    />
  )
})
