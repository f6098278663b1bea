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
          {ended(events)
            .slice(0, shown)
            .map((event) => (
              <li key={event.seq} className={classes.event}>
                <span>
                  {words(event)}
                  <Text span c="dimmed" size="xs" title={event.resource}>
                    {` ${shortened(event.resource)}`}
                  </Text>
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

const shown = 8

/** Drops the beginning of what has also ended; the log keeps both. Newest first. */
export function ended<E extends Pick<Event, 'action' | 'resource' | 'outcome'>>(events: E[]): E[] {
  const over = new Set<string>()
  return events.filter(({ action, resource, outcome }) => {
    const what = `${action} ${resource}`
    if (outcome !== 'allowed') over.add(what)
    return outcome !== 'allowed' || !over.delete(what)
  })
}

// What the audit log calls an action, said to a person.
export const actions: Record<string, string> = {
  'vault.create': 'Vault made',
  'vault.lock': 'Vault locked',
  'vault.unlock': 'Vault unlocked',
  'vault.check': 'Vault checked',
  'vault.passphrase': 'Passphrase set',
  'vault.recovery.renew': 'Recovery code renewed',
  'vault.recovery.confirm': 'Recovery code confirmed',
  'vault.escrow': 'Escrow added',
  'vault.wrap.remove': 'Way to open removed',
  'vault.rotate': 'Keys rotated',
  'vault.backup': 'Vault backed up',
  'vault.restore': 'Vault restored',
  'dataset.shred': 'Dataset shredded',
  'overview.view': 'Vault looked at',
  'activity.view': 'Activity looked at',
  'dataset.view': 'Dataset looked at',
  'dataset.import': 'Dataset imported',
  'demonstration.load': 'Demonstration data loaded',
  'dictionary.search': 'Dictionary searched',
  'field.view': 'Field looked at',
  'cohort.count': 'Cohort counted',
  'analysis.run': 'Analysis run',
  'figure.export': 'Figure saved',
  'model.view': 'Models looked at',
  'model.add': 'Model added',
  'model.score': 'File scored',
}

const outcomes: Record<string, string> = { denied: 'refused', failed: 'failed' }

/** "Cohort counted"; a refusal or failure is said. */
export function words({ action, outcome }: Pick<Event, 'action' | 'outcome'>): string {
  const done = actions[action] ?? action
  const how = outcomes[outcome]
  return how ? `${done}: ${how}` : done
}

/** What it was done to, with a long hash cut to what tells it apart. */
export const shortened = (resource: string) =>
  resource.replace(/sha256-([0-9a-f]{8})[0-9a-f]+/, '$1…').replace(/^vault$/, '')
