// Table 1 as lines of text: the same on screen and on the clipboard.
import type { ContinuousCell, Table1, Table1Row } from '../../api/types'
import { alike, count, fixed, nothing, percent, withUnit } from '../../lib/format'

export type Style = 'median' | 'mean'

export interface Line {
  key: string
  label: string
  /** What the cells say of the field: "n (%)". */
  summary?: string
  /** A level or a count of missing values, below its field. */
  indent: boolean
  cells: string[]
  smd: string
}

/** One line for a continuous field, one and its levels for a categorical; missing where there is any. */
export const lines = (table: Table1, style: Style): Line[] =>
  table.rows.flatMap((row) => [heading(row, style), ...levels(row), ...missing(row)])

function heading(row: Table1Row, style: Style): Line {
  const continuous = row.kind === 'continuous'
  return {
    key: row.field,
    label: withUnit(row.label, row.unit),
    summary: continuous ? (style === 'median' ? 'median (Q1 to Q3)' : 'mean (SD)') : 'n (%)',
    indent: false,
    cells: row.cells?.map((cell) => cellText(cell, style)) ?? row.missing.map(() => ''),
    smd: fixed(row.smd, 3),
  }
}

function cellText(cell: ContinuousCell, style: Style): string {
  if (cell.n === 0) return nothing
  if (style === 'mean') {
    const [mean, sd] = alike([cell.mean, cell.sd])
    return `${mean} (${sd})`
  }
  const [median, q1, q3] = alike([cell.median, cell.q1, cell.q3])
  return `${median} (${q1} to ${q3})`
}

const levels = (row: Table1Row): Line[] =>
  (row.levels ?? []).map((level) => ({
    key: `${row.field}=${level.code}`,
    label: level.label,
    indent: true,
    cells: level.cells.map(({ count: n, percent: share }) =>
      share == null ? count(n) : `${count(n)} (${percent(share / 100)})`,
    ),
    smd: '',
  }))

const missing = (row: Table1Row): Line[] =>
  row.missing.some((n) => n > 0)
    ? [
        {
          key: `${row.field}:missing`,
          label: 'Not recorded, n',
          indent: true,
          cells: row.missing.map(count),
          smd: '',
        },
      ]
    : []

/** Tab-separated, as a spreadsheet pastes it. */
export function toTSV(table: Table1, style: Style): string {
  const smd = hasSMD(table)
  const head = [
    '',
    ...table.columns.map(({ label, n }) => inert(`${label} (n = ${n})`)),
    ...(smd ? ['SMD'] : []),
  ]
  const body = lines(table, style).map((line) => [
    inert(line.indent ? `  ${line.label}` : `${line.label}, ${line.summary}`),
    ...line.cells,
    ...(smd ? [line.smd] : []),
  ])
  return [head, ...body].map((cells) => cells.join('\t')).join('\n') + '\n'
}

/** Keeps a spreadsheet from computing a label that begins as a formula does. */
const inert = (text: string) => (/^\s*[=+\-@]/.test(text) ? `'${text}` : text)

/** Differences exist between groups only. */
export const hasSMD = (table: Table1) => table.columns.length > 1
