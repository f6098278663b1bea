import { Group, Stack, Text, Title } from '@mantine/core'
import { useEffect, useRef, type ReactNode } from 'react'
import classes from './Page.module.css'

interface Props {
  /** The route's name, which tests wait for. */
  name: string
  title: string
  intro?: ReactNode
  actions?: ReactNode
  /** The page's data is on it. */
  ready: boolean
  children: ReactNode
}

let first = true // on the first page the focus stays where the browser puts it

/** A page: its heading, which takes the focus on navigation, and what is below it. */
export function Page({ name, title, intro, actions, ready, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    document.title = `${title} · Vitrine`
    if (!first) heading.current?.focus()
    first = false
  }, [title])

  useEffect(() => {
    if (ready) document.documentElement.dataset.ready = name
    return () => void delete document.documentElement.dataset.ready
  }, [name, ready])

  return (
    <Stack gap="md" className={classes.page}>
      <Group justify="space-between" align="flex-start" wrap="wrap" gap="sm">
        <div>
          <Title order={1} ref={heading} tabIndex={-1}>
            {title}
          </Title>
          {intro && (
            <Text c="dimmed" size="sm" component="div">
              {intro}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}
