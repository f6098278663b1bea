import { Loader, Group, Text } from '@mantine/core'

/** Something is on its way; said aloud too. */
export function Loading({ what }: { what: string }) {
  return (
    <Group gap="xs" role="status">
      <Loader size="sm" aria-hidden />
      <Text size="sm" c="dimmed">
        {what} …
      </Text>
    </Group>
  )
}
