import { ActionIcon, Collapse, Group, Menu, Switch, Text } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconBraces,
  IconChevronRight,
  IconDotsVertical,
  IconReplace,
  IconTrash,
} from '@tabler/icons-react'
import { useId, useState, type KeyboardEvent } from 'react'
import type { AttritionStep, Table } from '../../api/types'
import { AttritionBar } from '../../charts/AttritionBar'
import {
  moveRule,
  removeRule,
  setEnabled,
  switchKind,
  type Kind,
  type Rule,
} from '../../lib/definition'
import { count, counted } from '../../lib/format'
import { draft } from '../../state/draft'
import { edit } from './edits'
import { focusBeside, focusRule, keepFocus } from './focus'
import { RuleEditor } from './RuleEditor'
import classes from './CohortPage.module.css'

interface Props {
  kind: Kind
  rule: Rule
  step: AttritionStep | undefined
  base: number
  stale: boolean
  held: boolean
  finding: string | undefined
  startsOpen: boolean
  dataset: string
  table: Table
  onText: () => void
}

const move = (id: string, by: -1 | 1) =>
  keepFocus(() => edit((definition) => moveRule(definition, id, by)))

/** A list that opens or a slider that steps keeps its arrow keys. */
const ownsArrows = (element: Element) => !!element.closest('select, [role=slider], [role=menu]')

/** One rule: what it says, whom it takes away, and how to change it. */
export function RuleCard(props: Props) {
  const { kind, rule, step, base, stale, held, finding, startsOpen, dataset, table, onText } = props
  const [open, setOpen] = useState(startsOpen)
  const body = useId()
  const on = rule.enabled !== false
  const words = step?.sentence ?? rule.label ?? 'New rule'
  const name = rule.label ?? words

  const keys = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined
    if (!event.altKey || !by || ownsArrows(event.target as Element)) return
    event.preventDefault()
    event.stopPropagation()
    move(rule.id, by)
  }

  return (
    // The keys move the card that holds the focus; every control in it is a real one.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li className={classes.rule} data-rule={rule.id} onKeyDown={keys}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Switch
          checked={on}
          onChange={() => edit((definition) => setEnabled(definition, rule.id, !on))}
          aria-label={`Apply: ${name}`}
          mt={2}
        />
        <button
          type="button"
          className={classes.title}
          data-heading
          aria-expanded={open}
          aria-controls={body}
          onClick={() => setOpen(!open)}
        >
          <IconChevronRight size={16} className={classes.chevron} aria-hidden />
          <span className={classes.words} data-off={!on || undefined} title={name}>
            {name}
            {rule.label && rule.label !== words && (
              <Text span size="xs" c="dimmed" display="block">
                {words}
              </Text>
            )}
          </span>
        </button>
        <RuleMenu {...{ kind, rule, name, onText }} />
      </Group>
      {on ? (
        <Count step={step} base={base} stale={stale} held={held} />
      ) : (
        <Text size="xs" c="dimmed">
          Off: kept, not applied
        </Text>
      )}
      {finding && (
        <Text size="xs" c="var(--mantine-color-error)" role="alert">
          {finding}
        </Text>
      )}
      <Collapse expanded={open} id={body} transitionDuration={0}>
        {open && (
          <div className={classes.editor}>
            <RuleEditor rule={rule} dataset={dataset} table={table} />
          </div>
        )}
      </Collapse>
    </li>
  )
}

function Count({ step, base, stale, held }: Pick<Props, 'step' | 'base' | 'stale' | 'held'>) {
  const removed = step?.removed ?? 0
  return (
    <div className={held ? 'held' : stale || !step ? 'stale' : undefined}>
      <AttritionBar base={base} before={step?.before ?? 0} after={step?.after ?? 0} />
      <Group justify="space-between" gap="xs" mt={3}>
        <Text size="xs" className="numeric">
          {step ? `${counted(step.after, 'participant')} left` : ' '}
        </Text>
        <Text
          size="xs"
          c="dimmed"
          className="numeric"
          title={step && `The cohort would have ${count(step.without)} without this rule`}
        >
          {step &&
            `${removed ? `−${count(removed)}` : 'takes none away'} · ${count(step.without)} without it`}
        </Text>
      </Group>
    </div>
  )
}

function RuleMenu({
  kind,
  rule,
  name,
  onText,
}: Pick<Props, 'kind' | 'rule' | 'onText'> & { name: string }) {
  const { id } = rule
  return (
    <Group gap={2} wrap="nowrap">
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Move up: ${name}`}
        title="Move up (Alt ↑)"
        onClick={() => move(id, -1)}
      >
        <IconArrowUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Move down: ${name}`}
        title="Move down (Alt ↓)"
        onClick={() => move(id, 1)}
      >
        <IconArrowDown size={16} aria-hidden />
      </ActionIcon>
      <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`More for: ${name}`}
            aria-haspopup="menu"
          >
            <IconDotsVertical size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconReplace size={16} aria-hidden />}
            onClick={() => {
              edit((definition) => switchKind(definition, id))
              focusRule(id)
            }}
          >
            {kind === 'include' ? 'Make it an exclusion' : 'Make it an inclusion'}
          </Menu.Item>
          <Menu.Item leftSection={<IconBraces size={16} aria-hidden />} onClick={onText}>
            Edit as text
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => {
              const now = draft.now()
              edit((definition) => removeRule(definition, id))
              if (now) focusBeside(now.definition, id)
            }}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  )
}
