import { Notifications, notifications } from '@mantine/notifications'
import { useEffect, type ReactNode } from 'react'
import { onShut } from '../api/lock'
import { queryClient } from '../api/queries'
import { askVault, useLock, watchVault } from '../api/vault'
import { openDialog } from '../state/dialogs'
import { closePalette } from './Palette'
import { UnlockPage } from './UnlockPage'

/** Shows the pages while the vault is open, and nothing of them while it is not. */
export function VaultGate({ children }: { children: ReactNode }) {
  const lock = useLock()
  useEffect(() => onShut(forget), [])
  useEffect(watchVault, [])
  useEffect(() => {
    if (lock.phase === 'locked') void askVault() // an answer in passing told; how long to wait is not known
  }, [lock.phase])

  if (lock.phase === 'unknown') return null
  if (lock.phase !== 'open') return <UnlockPage lock={lock} />
  return (
    <>
      <Notifications position="bottom-right" />
      {children}
    </>
  )
}

/**
 * Everything that answers of the vault are kept in. Cohort definitions stay: they are
 * what a person wrote.
 */
export function forget() {
  queryClient.clear()
  notifications.clean()
  openDialog(undefined)
  closePalette()
}
