import { Group, TextInput } from '@mantine/core'
import type { Predicate } from '../../lib/definition'

interface Props {
  rule: Extract<Predicate, { field: string }>
  onChange: (rule: Predicate) => void
  onSettle: () => void
}

/** Days from a calendar. */
export function DateEditor({ rule, onChange, onSettle }: Props) {
  const day = (label: string, value: unknown, set: (day: string | null) => Predicate) => (
    <TextInput
      type="date"
      size="xs"
      label={label}
      value={typeof value === 'string' ? value.slice(0, 10) : ''}
      onChange={(event) => onChange(set(event.currentTarget.value || null))}
      onBlur={onSettle}
      style={{ flex: 1 }}
    />
  )
  const { field } = rule
  return (
    <Group gap="sm" wrap="nowrap">
      {'between' in rule &&
        day('From', rule.between[0], (at) => ({ field, between: [at, rule.between[1]] }))}
      {'between' in rule &&
        day('To', rule.between[1], (at) => ({ field, between: [rule.between[0], at] }))}
      {'above' in rule && day('After', rule.above, (at) => (at ? { field, above: at } : rule))}
      {'below' in rule && day('Before', rule.below, (at) => (at ? { field, below: at } : rule))}
    </Group>
  )
}
