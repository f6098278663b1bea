import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Overview } from '../../api/types'
import { PageLink } from '../../components/PageLink'
import { Panel } from '../../components/Panel'
import { useDraft } from '../../state/draft'
import classes from './HomePage.module.css'

/** A short list of what to do next; the first is the obvious one. */
export function NextSteps({ overview }: { overview: Overview }) {
  const started = useDraft()?.present.definition.name
  return (
    <Panel title="What to do next">
      <ol className={classes.steps}>
        {overview.datasets.length > 0 && (
          <Step
            link={
              <PageLink to="/cohort">
                {started ? `Continue with “${started}”` : 'Shape a cohort'}
              </PageLink>
            }
          >
            Who is in, who is out, and how long they lived, as you move the rules.
          </Step>
        )}
        {overview.models.length > 0 && (
          <Step link={<PageLink to="/model">Score a file with a model</PageLink>}>
            Every row of a CSV, with missing and out-of-range values said plainly.
          </Step>
        )}
        <Step link={<PageLink to="/dictionary">Look a field up</PageLink>}>
          Labels, units, codes and how much is missing, for every dataset here.
        </Step>
      </ol>
    </Panel>
  )
}

function Step({ link, children }: { link: ReactNode; children: ReactNode }) {
  return (
    <li className={classes.step}>
      {link}
      <Text size="sm" c="dimmed" component="p">
        {children}
      </Text>
    </li>
  )
}
