import { Button, Group, MultiSelect, SegmentedControl, Table, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconCopy } from '@tabler/icons-react'
import { memo, useState } from 'react'
import type { Live } from '../../api/live'
import type { AnalysisResult, Table as DataTable, Table1 } from '../../api/types'
import { Empty } from '../../components/Empty'
import { Loading } from '../../components/Loading'
import { Panel } from '../../components/Panel'
import { Wide } from '../../components/Wide'
import { ProblemNote } from '../../components/ProblemNote'
import { count, counted, nothing, withUnit } from '../../lib/format'
import { copyText } from '../../lib/window'
import { ask } from './edits'
import { Held } from './Held'
import { address, askable, isCategorical, isNumeric, type Asked } from './fields'
import { hasSMD, lines, toTSV, type Style } from './table1'
import classes from './CohortPage.module.css'

interface Props {
  table: DataTable
  asked: Asked
  live: Live<AnalysisResult>
  /** The cohort cannot be counted as it stands: this is an earlier answer. */
  held: boolean
}

/** Who they are: the cohort's characteristics, by group. */
export function Table1Panel({ table, asked, live, held }: Props) {
  const { answer, problem, stale } = live
  const [style, setStyle] = useState<Style>('median')
  const table1 = asked.fields.length ? answer?.table1 : undefined
  return (
    <Panel title="Table 1" aside={table1 && <Tools {...{ table1, style, setStyle }} />}>
      {asked.fields.length === 0 && <Empty>Choose at least one field to describe.</Empty>}
      {problem && <ProblemNote problem={problem} />}
      {asked.fields.length > 0 && !table1 && !problem && <Loading what="Describing the cohort" />}
      {table1 && !problem && (
        <div className={held ? 'held' : stale ? 'stale' : undefined} aria-busy={stale}>
          {held && <Held />}
          <Lines table1={table1} style={style} />
        </div>
      )}
      <Fields table={table} asked={asked} />
    </Panel>
  )
}

function Tools({
  table1,
  style,
  setStyle,
}: {
  table1: Table1
  style: Style
  setStyle: (style: Style) => void
}) {
  const copy = async () => {
    await copyText(toTSV(table1, style))
    notifications.show({ message: 'Table 1 is on the clipboard, ready for a spreadsheet.' })
  }
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label="Summary of measurements"
        value={style}
        onChange={(value) => setStyle(value as Style)}
        data={[
          { value: 'median', label: 'Median (IQR)' },
          { value: 'mean', label: 'Mean (SD)' },
        ]}
      />
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconCopy size={16} aria-hidden />}
        onClick={() => void copy()}
      >
        Copy
      </Button>
    </Group>
  )
}

function Lines({ table1, style }: { table1: Table1; style: Style }) {
  const smd = hasSMD(table1)
  return (
    <>
      <Wide label="Table 1">
        <Table className={`numeric ${classes.table1}`} verticalSpacing={3} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                {table1.group_label ? `By ${lower(table1.group_label)}` : 'Field'}
              </Table.Th>
              {table1.columns.map(({ key, label, n }) => (
                <Table.Th key={key} ta="right">
                  {label}
                  <Text size="xs" c="dimmed" fw={400}>
                    n = {count(n)}
                  </Text>
                </Table.Th>
              ))}
              {smd && (
                <Table.Th ta="right">
                  <abbr title="Standardised mean difference">SMD</abbr>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines(table1, style).map((line) => (
              <Table.Tr key={line.key}>
                <Table.Th
                  scope="row"
                  fw={line.indent ? 400 : 500}
                  className={line.indent ? classes.indent : undefined}
                >
                  {line.label}
                  {line.summary && (
                    <Text span size="xs" c="dimmed">
                      , {line.summary}
                    </Text>
                  )}
                </Table.Th>
                {line.cells.map((cell, i) => (
                  <Table.Td key={i} ta="right">
                    {together(cell)}
                  </Table.Td>
                ))}
                {smd && <Table.Td ta="right">{line.smd === nothing ? nothing : line.smd}</Table.Td>}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Wide>
      <Text size="xs" c="dimmed" mt={6}>
        {table1.excluded_missing > 0 &&
          `${counted(table1.excluded_missing, 'participant')} in the first column only: group not recorded. `}
        {smd && table1.smd_note}
      </Text>
    </>
  )
}

/** A bracket breaks before itself, never inside. */
const together = (cell: string) =>
  cell.replace(/\(.*\)/, (bracket) => bracket.replaceAll(' ', '\u00a0'))

const lower = (label: string) => label.charAt(0).toLowerCase() + label.slice(1)

const Fields = memo(function Fields({ table, asked }: { table: DataTable; asked: Asked }) {
  const fields = askable(table).filter((field) => isNumeric(field) || isCategorical(field))
  return (
    <MultiSelect
      mt="sm"
      size="xs"
      label="Fields described"
      data={fields.map((field) => ({
        value: address(table, field),
        label: withUnit(field.label, field.unit),
      }))}
      value={asked.fields}
      onChange={(chosen) => ask({ fields: chosen })}
      searchable
      comboboxProps={{ transitionProps: { duration: 0 } }}
    />
  )
})
