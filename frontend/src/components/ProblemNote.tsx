import { Alert, Button, Code, List, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'

/** What a problem tells its reader. */
export interface Told {
  title: string
  message: string
  place?: string
  hint?: string
  details?: { location?: string; message?: string }[]
  request?: string
}

/** What went wrong, where, and what to do next. */
export function ProblemNote({ problem, onRetry }: { problem: Told; onRetry?: () => void }) {
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={problem.title}
    >
      <Stack gap={6}>
        <Text size="sm">{problem.message}</Text>
        {problem.place && (
          <Text size="sm">
            Where: <Code>{problem.place}</Code>
          </Text>
        )}
        {!!problem.details?.length && (
          <List size="sm">
            {problem.details.map((detail, i) => (
              <List.Item key={i}>
                {detail.location && <Code>{detail.location}</Code>} {detail.message}
              </List.Item>
            ))}
          </List>
        )}
        {problem.hint && (
          <Text size="sm" fw={600}>
            {problem.hint}
          </Text>
        )}
        {onRetry && (
          <Button size="compact-sm" variant="default" w="fit-content" onClick={onRetry}>
            Try again
          </Button>
        )}
        {problem.request && <Text size="xs">Request {problem.request}</Text>}
      </Stack>
    </Alert>
  )
}
