import { replies, told, holdNext, type Reply } from '../test/program'
import { MantineProvider } from '@mantine/core'
import { notifications, notificationsStore } from '@mantine/notifications'
import { act, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { importDataset } from '../api/commands'
import { restart } from '../api/lock'
import { fetchDataset, queryClient } from '../api/queries'
import { askVault, lockVault } from '../api/vault'
import { VaultGate } from './VaultGate'

const open = { open: true, home: '/vault', demonstration: false, wait_seconds: 0 }
const closed = { ...open, open: false }
const lockedOut: Reply = [
  423,
  { code: 'vault-locked', title: 'The vault is locked', detail: 'This vault is locked.' },
]

const show = () =>
  render(
    <MantineProvider env="test">
      <VaultGate>
        <p>312 participants</p>
      </VaultGate>
    </MantineProvider>,
  )

beforeEach(() => {
  restart()
  Object.keys(replies).forEach((key) => delete replies[key])
  told.length = 0
  replies['GET /vault'] = [200, open]
})
afterEach(() => {
  queryClient.clear()
})

it('asks before it shows anything', async () => {
  show()
  expect(screen.queryByText('312 participants')).toBeNull()
  await screen.findByText('312 participants')
})

it('leaves nothing of the vault when any answer says that it is locked', async () => {
  show()
  await screen.findByText('312 participants')
  queryClient.setQueryData(['live', 'cohort'], { answer: { participants: 312 } })
  queryClient.getMutationCache().build(queryClient, { mutationFn: async () => 312 })
  notifications.show({ message: '5 tables, 312 participants.' })
  replies['GET /vault'] = [200, closed]
  replies['GET /datasets/d'] = lockedOut
  await act(() => fetchDataset('d').catch(() => undefined))

  await screen.findByText('The vault is locked')
  expect(screen.queryByText('312 participants')).toBeNull()
  expect(queryClient.getQueryCache().getAll()).toEqual([])
  expect(queryClient.getMutationCache().getAll()).toEqual([])
  const { notifications: shown, queue } = notificationsStore.getState()
  expect([...shown, ...queue]).toEqual([])
})

it('does not read an answer that comes after the lock', async () => {
  show()
  await screen.findByText('312 participants')
  replies['POST /datasets'] = [200, { title: 'd', participants: 312 }]
  const arrive = holdNext()
  const asked = expect(importDataset('/d')).rejects.toMatchObject({ code: 'vault-locked' })
  replies['POST /vault/lock'] = replies['GET /vault'] = [200, closed]
  await act(lockVault)
  arrive()
  await asked
})

it('comes back when the vault cannot be locked, and says why', async () => {
  show()
  await screen.findByText('312 participants')
  replies['POST /vault/lock'] = [503, { code: 'disk-full', detail: 'The disk is full.' }]
  await act(async () => {
    await expect(lockVault()).rejects.toMatchObject({ code: 'disk-full' })
  })
  await screen.findByText('312 participants')
})

it('opens again when the vault was unlocked from another window', async () => {
  replies['GET /vault'] = [200, closed]
  show()
  await screen.findByText('The vault is locked')
  replies['GET /vault'] = [200, open]
  await act(askVault)
  await screen.findByText('312 participants')
})

it('sends a passphrase or a recovery code, says what is wrong, and waits when told to', async () => {
  const user = userEvent.setup()
  replies['GET /vault'] = [200, closed]
  show()
  const field = await screen.findByLabelText(/^Passphrase/)
  expect(document.activeElement).toBe(field)

  const detail = 'This passphrase does not open the vault.'
  replies['POST /vault/unlock'] = [403, { code: 'passphrase-wrong', detail, hint: 'Caps Lock?' }]
  replies['GET /vault'] = [200, { ...closed, wait_seconds: 30 }]
  await user.type(field, 'open sesame{Enter}')
  expect((await screen.findByRole('alert')).textContent).toContain(detail + 'Caps Lock?')
  expect(told).toContain('POST /vault/unlock {"passphrase":"open sesame"}')
  await screen.findByText(/can be tried again in (30|29) seconds/)
  const unlock = screen.getByRole('button', { name: 'Unlock' })
  expect(unlock.hasAttribute('disabled')).toBe(true)

  await user.click(screen.getByRole('button', { name: 'Use the recovery code' }))
  expect(unlock.hasAttribute('disabled')).toBe(false)
  replies['POST /vault/unlock'] = replies['GET /vault'] = [200, open]
  await user.type(screen.getByLabelText(/^Recovery code/), 'ABCDEF{Enter}')
  await screen.findByText('312 participants')
  expect(told).toContain('POST /vault/unlock {"recovery_code":"ABCDEF"}')
  await waitFor(() => expect(JSON.stringify(queryClient.getMutationCache().getAll())).toBe('[]'))
})

it('says when the vault’s own files are at fault', async () => {
  replies['GET /vault'] = [503, { code: 'vault-keys-edited', detail: 'The keys were changed.' }]
  show()
  expect((await screen.findByRole('alert')).textContent).toContain('The keys were changed.')
  expect(screen.queryByLabelText(/^Passphrase/)).toBeNull()
})
