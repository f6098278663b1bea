import { Anchor, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Overview } from '../../api/types'
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
              <Anchor component={Link} to="/cohort">
                {started ? `Continue with “${started}”` : 'Shape a cohort'}
              </Anchor>
            }
          >
            Who is in, who is out, and how long they lived, as you move the rules.
          </Step>
        )}
        {overview.models.length > 0 && (
          <Step
            link={
              <Anchor component={Link} to="/model">
                Score a file with a model
              </Anchor>
            }
          >
            Every row of a CSV, with missing and out-of-range values said plainly.
          </Step>
        )}
        <Step
          link={
            <Anchor component={Link} to="/dictionary">
              Look a field up
            </Anchor>
          }
        >
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
