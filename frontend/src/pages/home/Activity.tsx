import { Text } from '@mantine/core'
import type { Activity as Event } from '../../api/types'
import { Empty } from '../../components/Empty'
import { Panel } from '../../components/Panel'
import { time } from '../../lib/format'
import classes from './HomePage.module.css'

/** The last entries of the audit log. */
export function Activity({ events }: { events: Event[] }) {
  return (
    <Panel title="Recent activity">
      {events.length === 0 ? (
        <Empty>Nothing has been recorded yet.</Empty>
      ) : (
        <ul className={classes.events}>
          {events.slice(0, 10).map((event) => (
            <li key={event.seq} className={classes.event}>
              <span>
                {words(event)}
                {event.resource && <Text span c="dimmed" size="xs">{` ${event.resource}`}</Text>}
              </span>
              <Text component="time" dateTime={event.at} size="xs" c="dimmed" className="numeric">
                {time(event.at)}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** "cohort.evaluate" reads "Cohort evaluate"; a refusal or failure is said. */
function words({ action, outcome }: Event): string {
  const text = action.replace(/[._-]+/g, ' ')
  const done =
    outcome === 'ok' || outcome === 'done' || outcome === 'success' || outcome === 'allowed'
  return text.charAt(0).toUpperCase() + text.slice(1) + (done ? '' : ` (${outcome})`)
}
