import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import classes from './VirtualTable.module.css'

export interface Column<Row> {
  key: string
  title: ReactNode
  /** A CSS grid track: "90px", "minmax(160px, 2fr)". */
  width: string
  align?: 'right'
  cell: (row: Row, index: number) => ReactNode
}

interface Props<Row> {
  label: string
  rows: Row[]
  columns: Column<Row>[]
  rowKey: (row: Row, index: number) => string
  rowHeight?: number
  height?: number | string
  /** Smallest width before the table scrolls sideways. */
  minWidth?: number
  /** Rows can be chosen; the arrow keys move the choice. */
  chosen?: number
  onChoose?: (index: number) => void
}

/** A long table that draws only the rows in sight. */
export function VirtualTable<Row>(props: Props<Row>) {
  const {
    label,
    rows,
    columns,
    rowKey,
    rowHeight = 34,
    height = 460,
    minWidth,
    chosen,
    onChoose,
  } = props
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    initialRect: { width: 800, height: 400 },
  })
  const tracks = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') }

  const move = (event: KeyboardEvent) => {
    const next = onChoose && target(event.key, chosen ?? -1, rows.length)
    if (next === undefined) return
    event.preventDefault()
    onChoose!(next)
    virtual.scrollToIndex(next)
  }

  return (
    // A scrolling region must take the focus so that the keyboard can scroll it.
    /* eslint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions */
    <div
      ref={scroller}
      className={classes.scroller}
      style={{ maxHeight: height }}
      role="region"
      aria-label={`${label}, scrolls`}
      tabIndex={0}
      onKeyDown={move}
    >
      {/* eslint-enable */}
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} style={{ minWidth }}>
        <div role="rowgroup" className={classes.head}>
          <div role="row" aria-rowindex={1} className={classes.row} style={tracks}>
            {columns.map((column) => (
              <div
                key={column.key}
                role="columnheader"
                className={classes.cell}
                data-align={column.align}
              >
                {column.title}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index]!
            return (
              <div
                key={rowKey(row, index)}
                role="row"
                aria-rowindex={index + 2}
                className={classes.row}
                data-chosen={index === chosen || undefined}
                style={{ ...tracks, height: rowHeight, transform: `translateY(${start}px)` }}
              >
                {columns.map((column) => (
                  <div
                    key={column.key}
                    role="cell"
                    className={classes.cell}
                    data-align={column.align}
                  >
                    {column.cell(row, index)}
                  </div>
                ))}
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function target(key: string, at: number, rows: number): number | undefined {
  if (key === 'ArrowDown') return Math.min(at + 1, rows - 1)
  if (key === 'ArrowUp') return Math.max(at - 1, 0)
  if (key === 'Home') return 0
  if (key === 'End') return rows - 1
  return undefined
}
