import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** Nothing here yet, why, and what to do about it. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="flex-start" gap="sm" py="xs">
      <Text c="dimmed" size="sm" maw="60ch">
        {children}
      </Text>
      {action}
    </Stack>
  )
}
