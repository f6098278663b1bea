import { Group, NumberInput, RangeSlider, Slider, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { Field, FieldSummary } from '../../api/types'
import { Bins } from '../../charts/Bins'
import type { Bound, Predicate } from '../../lib/definition'
import { count, number, withUnit } from '../../lib/format'
import { sliderDomain } from '../../lib/scale'

type Limits = [number | null, number | null]

interface Props {
  rule: Extract<Predicate, { field: string }>
  field: Field
  summary: FieldSummary | undefined
  onChange: (rule: Predicate) => void
  onSettle: () => void
}

/** A range over a histogram of the whole table: drag, or type the numbers. */
export function RangeEditor({ rule, field, summary, onChange, onSettle }: Props) {
  const limits = limitsOf(rule)
  const numeric = summary?.numeric
  if (!numeric) return <Inputs {...{ rule, field, limits, onChange, onSettle }} />
  const domain = sliderDomain(numeric.min, numeric.max, field.type === 'integer')
  return (
    <Stack gap={6}>
      <Bins
        edges={numeric.histogram.edges}
        counts={numeric.histogram.counts}
        domain={domain}
        range={limits}
        label={`Distribution of ${field.label}: n = ${count(summary.n)}, median ${number(numeric.median)}, from ${number(numeric.min)} to ${number(numeric.max)} ${field.unit ?? ''}`}
      />
      <Sliders {...{ rule, field, limits, domain, onChange, onSettle }} />
      <Inputs {...{ rule, field, limits, onChange, onSettle }} />
      <Text size="xs" c="dimmed" className="numeric">
        In the whole table: median {number(numeric.median)} ({number(numeric.q1)} to{' '}
        {number(numeric.q3)}) {field.unit}, n = {count(summary.n)}, {count(summary.missing)} not
        recorded
      </Text>
    </Stack>
  )
}

function limitsOf(rule: Props['rule']): Limits {
  if ('between' in rule) return [asNumber(rule.between[0]), asNumber(rule.between[1])]
  if ('above' in rule) return [asNumber(rule.above), null]
  if ('below' in rule) return [null, asNumber(rule.below)]
  return [null, null]
}

const asNumber = (bound: Bound | null) => (typeof bound === 'number' ? bound : null)

/** The rule with other limits, in the form it has. An emptied single limit stays as it was. */
function withLimits(rule: Props['rule'], [low, high]: Limits): Predicate {
  if ('above' in rule) return low === null ? rule : { field: rule.field, above: low }
  if ('below' in rule) return high === null ? rule : { field: rule.field, below: high }
  return { field: rule.field, between: [low, high] }
}

interface PartProps extends Omit<Props, 'summary'> {
  limits: Limits
}

type SliderProps = PartProps & { domain: { min: number; max: number; step: number } }

function Sliders({ rule, field, limits, domain, onChange, onSettle }: SliderProps) {
  const shared = {
    ...domain,
    label: null,
    onChangeEnd: onSettle,
    size: 'sm' as const,
    thumbSize: 24,
  }
  const [low, high] = limits
  // At its end a thumb means "no limit", so rounding never cuts the extremes off.
  const open = (value: number, end: number) => (value === end ? null : value)
  if ('above' in rule || 'below' in rule)
    return (
      <Slider
        {...shared}
        value={low ?? high ?? domain.min}
        onChange={(value) => onChange(withLimits(rule, [value, value]))}
        thumbLabel={`${field.label}, ${'above' in rule ? 'above' : 'below'}`}
        inverted={'above' in rule}
      />
    )
  return (
    <RangeSlider
      {...shared}
      value={[low ?? domain.min, high ?? domain.max]}
      minRange={0}
      onChange={([from, to]) =>
        onChange(withLimits(rule, [open(from, domain.min), open(to, domain.max)]))
      }
      thumbFromLabel={`${field.label}, from`}
      thumbToLabel={`${field.label}, to`}
    />
  )
}

function Inputs({ rule, field, limits, onChange, onSettle }: PartProps) {
  const input = (end: 0 | 1, label: string) => (
    <LimitInput
      label={withUnit(label, field.unit)}
      value={limits[end]}
      whole={field.type === 'integer'}
      onChange={(limit) => {
        const next: Limits = [...limits]
        next[end] = limit
        onChange(withLimits(rule, next))
      }}
      onSettle={onSettle}
    />
  )
  return (
    <Group gap="sm" wrap="nowrap">
      {!('below' in rule) && input(0, 'above' in rule ? 'Above' : 'From')}
      {!('above' in rule) && input(1, 'below' in rule ? 'Below' : 'To')}
    </Group>
  )
}

interface LimitProps {
  label: string
  value: number | null
  whole: boolean
  onChange: (limit: number | null) => void
  onSettle: () => void
}

/** A limit as it is typed: "3." is on its way to 3.5 and stays as written. */
function LimitInput({ label, value, whole, onChange, onSettle }: LimitProps) {
  const [typed, setTyped] = useState<string | number>(value ?? '')
  const shown = limitOf(typed) === value ? typed : (value ?? '')
  return (
    <NumberInput
      size="xs"
      label={label}
      placeholder="no limit"
      value={shown}
      allowDecimal={!whole}
      onChange={(next) => {
        setTyped(next)
        onChange(limitOf(next))
      }}
      onBlur={onSettle}
      style={{ flex: 1 }}
      hideControls
    />
  )
}

function limitOf(typed: string | number): number | null {
  const x = typed === '' || typed === '-' ? Number.NaN : Number(typed)
  return Number.isFinite(x) ? x : null
}
