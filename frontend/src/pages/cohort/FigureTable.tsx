import { Button, Collapse, Table } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useId, useState } from 'react'
import type { Figure } from '../../api/types'
import { Wide } from '../../components/Wide'

/** The figure's numbers as a table, for those who read rather than see. */
export function FigureTable({ figure }: { figure: Figure }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const { caption, columns, rows } = figure.table
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        mt="xs"
        aria-expanded={open}
        aria-controls={id}
        leftSection={
          <IconChevronRight
            size={16}
            aria-hidden
            style={{ transform: open ? 'rotate(90deg)' : undefined }}
          />
        }
        onClick={() => setOpen(!open)}
      >
        The figure as a table
      </Button>
      <Collapse expanded={open} id={id} transitionDuration={0}>
        {open && (
          <Wide label={caption}>
            <Table className="numeric" captionSide="top" verticalSpacing={3} fz="sm">
              <Table.Caption ta="left">{caption}</Table.Caption>
              <Table.Thead>
                <Table.Tr>
                  {columns.map((column, i) => (
                    <Table.Th key={i} ta={i === 0 ? 'left' : 'right'}>
                      {column}
                    </Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row, r) => (
                  <Table.Tr key={r}>
                    {row.map((cell, i) => (
                      <Table.Td key={i} ta={i === 0 ? 'left' : 'right'}>
                        {cell}
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Wide>
        )}
      </Collapse>
    </>
  )
}
