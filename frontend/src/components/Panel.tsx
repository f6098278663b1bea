import { Group, Paper, Title, type PaperProps } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import classes from './Panel.module.css'

interface Props extends PaperProps {
  title: string
  aside?: ReactNode
  children: ReactNode
}

/** A titled part of a page, a landmark of its own. */
export function Panel({ title, aside, children, className, ...paper }: Props) {
  const id = useId()
  return (
    <Paper
      component="section"
      aria-labelledby={id}
      className={`${classes.panel} ${className ?? ''}`}
      {...paper}
    >
      <Group justify="space-between" align="center" mb="xs" gap="xs" mih={28}>
        <Title order={2} id={id}>
          {title}
        </Title>
        {aside}
      </Group>
      {children}
    </Paper>
  )
}
