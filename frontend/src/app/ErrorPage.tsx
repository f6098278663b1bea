import { Anchor, Button, Group } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { asProblem } from '../api/problem'
import { Page } from '../components/Page'
import { ProblemNote } from '../components/ProblemNote'

/** A page that could not be shown. What was being edited is kept in `state`. */
export function ErrorPage({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <Page name="error" title="This page could not be shown" ready>
      <ProblemNote problem={asProblem(error)} />
      <Group>
        <Button onClick={() => (reset ? reset() : window.location.reload())}>Try again</Button>
        <Anchor component={Link} to="/">
          Go to Home
        </Anchor>
      </Group>
    </Page>
  )
}

export function LostPage() {
  return (
    <Page name="lost" title="There is no such page" ready>
      <Anchor component={Link} to="/">
        Go to Home
      </Anchor>
    </Page>
  )
}
