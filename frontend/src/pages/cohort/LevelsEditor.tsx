import { Button, Checkbox, Group, Stack, TagsInput, Text } from '@mantine/core'
import type { Field, FieldSummary } from '../../api/types'
import type { Predicate } from '../../lib/definition'
import { count } from '../../lib/format'
import { codeOf, levelsOf, literal } from './fields'
import classes from './CohortPage.module.css'

interface Props {
  rule: Extract<Predicate, { field: string; in: unknown }>
  field: Field
  summary: FieldSummary | undefined
  onChange: (rule: Predicate) => void
}

/** The values of a coded field to choose from, with how often each occurs. */
export function LevelsEditor({ rule, field, summary, onChange }: Props) {
  const levels = levelsOf(field)
  if (levels.length === 0) return <Words {...{ rule, field, onChange }} />
  const chosen = new Set(rule.in.map(codeOf))
  const counts = new Map(summary?.levels?.map(({ code, count }) => [code, count]))
  const choose = (codes: Set<string>) =>
    onChange({
      field: rule.field,
      in: levels.filter(({ code }) => codes.has(code)).map(({ code }) => literal(field, code)),
    })
  const toggle = (code: string) => {
    const next = new Set(chosen)
    if (!next.delete(code)) next.add(code)
    choose(next)
  }
  return (
    <Stack gap={6}>
      <div role="group" aria-label={`Values of ${field.label}`} className={classes.levels}>
        {levels.map(({ code, label }) => (
          <Checkbox
            key={code}
            checked={chosen.has(code)}
            onChange={() => toggle(code)}
            label={
              <span className={classes.level}>
                <span title={label}>{label}</span>
                {counts.has(code) && (
                  <span className="numeric">n = {count(counts.get(code)!)}</span>
                )}
              </span>
            }
          />
        ))}
      </div>
      {levels.length > 4 && (
        <Group gap="xs">
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => choose(new Set(levels.map(({ code }) => code)))}
          >
            All
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => choose(new Set())}>
            None
          </Button>
        </Group>
      )}
      {summary && (
        <Text size="xs" c="dimmed" className="numeric">
          In the whole table: n = {count(summary.n)}, {count(summary.missing)} not recorded
        </Text>
      )}
    </Stack>
  )
}

function Words({ rule, field, onChange }: Omit<Props, 'summary'>) {
  return (
    <TagsInput
      size="xs"
      label="Any of these values"
      description="Type a value and press Enter"
      value={rule.in.map(String)}
      onChange={(words) =>
        onChange({ field: rule.field, in: words.map((word) => literal(field, word)) })
      }
    />
  )
}
