import { Button, Group } from '@mantine/core'
import { asProblem } from '../api/problem'
import { Page } from '../components/Page'
import { PageLink } from '../components/PageLink'
import { ProblemNote } from '../components/ProblemNote'

/** A page that could not be shown. What was being edited is kept in `state`. */
export function ErrorPage({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <Page name="error" title="This page could not be shown" ready>
      <ProblemNote problem={asProblem(error)} />
      <Group>
        <Button onClick={() => (reset ? reset() : window.location.reload())}>Try again</Button>
        <PageLink to="/">Go to Home</PageLink>
      </Group>
    </Page>
  )
}

export function LostPage() {
  return (
    <Page name="lost" title="There is no such page" ready>
      <PageLink to="/">Go to Home</PageLink>
    </Page>
  )
}
