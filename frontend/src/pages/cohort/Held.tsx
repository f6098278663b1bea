import { Text } from '@mantine/core'

/** Says that a result is not that of the present cohort. */
export const Held = () => (
  <Text size="sm" fw={600} mb="xs">
    Of the last cohort that could be counted.
  </Text>
)
