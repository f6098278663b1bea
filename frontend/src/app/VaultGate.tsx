import { Notifications, notifications } from '@mantine/notifications'
import { useEffect, type ReactNode } from 'react'
import { queryClient } from '../api/queries'
import { askVault, useLock, watchVault } from '../api/vault'
import { openDialog } from '../state/dialogs'
import { closePalette } from './Palette'
import { UnlockPage } from './UnlockPage'

/** Shows the pages while the vault is open, and nothing of them while it is not. */
export function VaultGate({ children }: { children: ReactNode }) {
  const lock = useLock()
  const shut = lock.phase === 'locking' || lock.phase === 'locked'
  useEffect(watchVault, [])
  useEffect(() => {
    if (shut) forget() // once the pages are gone: until then they hold what they show
  }, [shut])
  useEffect(() => {
    if (lock.phase === 'locked') void askVault() // an answer in passing told; how long to wait is not known
  }, [lock.phase])

  if (lock.phase === 'unknown') return null
  if (shut) return <UnlockPage lock={lock} />
  return (
    <>
      <Notifications position="bottom-right" />
      {children}
    </>
  )
}

/**
 * Drops every answer of the vault, wherever one is kept. Cohort definitions stay: they
 * are what a person wrote.
 */
function forget() {
  for (const mutation of queryClient.getMutationCache().getAll()) mutation.destroy() // and its timer
  queryClient.clear()
  notifications.clean()
  openDialog(undefined)
  closePalette()
}
