import {
  Button,
  Container,
  Group,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { useEffect, useRef, useState, type FormEvent, type RefObject } from 'react'
import type { Lock } from '../api/lock'
import { asProblem, type Problem } from '../api/problem'
import { askVault, unlockVault } from '../api/vault'
import { Loading } from '../components/Loading'
import { ProblemNote, type Told } from '../components/ProblemNote'
import { counted } from '../lib/format'
import { useSecondsUntil } from '../lib/wait'

type Way = 'passphrase' | 'recovery_code'

/** What stands instead of the pages while the vault is locked. */
export function UnlockPage({ lock }: { lock: Lock }) {
  const locking = lock.phase === 'locking'
  useEffect(() => {
    document.title = 'Locked · Vitrine'
    if (!locking) document.documentElement.dataset.ready = 'unlock'
    return () => void delete document.documentElement.dataset.ready
  }, [locking])

  return (
    <Container size="xs" component="main" pt={80} pb="xl">
      <Stack>
        <Group gap="sm">
          <img src="/icon.svg" width={32} height={32} alt="" />
          <Title order={1}>The vault is locked</Title>
        </Group>
        <Text role="status">{locking ? '' : words[lock.how]}</Text>
        {lock.vault && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            Vault in {lock.vault.home}
          </Text>
        )}
        {locking && <Loading what="Locking" />}
        {lock.problem && <ProblemNote problem={lock.problem} onRetry={() => void askVault()} />}
        {!locking && !lock.problem && <UnlockForm waitUntil={lock.waitUntil} />}
      </Stack>
    </Container>
  )
}

const words: Record<Lock['how'], string> = {
  found: 'What is in it stays encrypted until it is unlocked.',
  here: 'You locked it. Nothing of it is left on this page; your cohort definitions are kept.',
  elsewhere:
    'It locked itself after some time without use, or was locked from another window. Nothing of it is left on this page; your cohort definitions are kept.',
}

function UnlockForm({ waitUntil }: { waitUntil: number }) {
  const [way, setWay] = useState<Way>('passphrase')
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  // What is typed stays in its field: in React's state or a mutation's it would outlive it.
  const field = useRef<HTMLInputElement>(null)
  const wait = useSecondsUntil(waitUntil)
  const waits = way === 'passphrase' && wait > 0 // a recovery code is never made to wait

  useEffect(() => field.current?.focus(), [way])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const secret = field.current!.value
    if (!secret || busy || waits) return
    setBusy(true)
    setProblem(undefined)
    try {
      await unlockVault({ [way]: secret })
    } catch (error) {
      setProblem(asProblem(error))
      field.current?.select()
    } finally {
      setBusy(false)
    }
  }
  const change = () => {
    setWay(way === 'passphrase' ? 'recovery_code' : 'passphrase')
    setProblem(undefined)
  }

  return (
    <form onSubmit={(event) => void submit(event)} aria-label="Unlock the vault">
      <Stack>
        {way === 'passphrase' ? (
          <Passphrase field={field} wrong={!!problem} />
        ) : (
          <RecoveryCode field={field} wrong={!!problem} />
        )}
        {problem && <ProblemNote problem={told(problem)} />}
        <Group>
          <Button type="submit" loading={busy} disabled={waits}>
            Unlock
          </Button>
          <Button variant="subtle" onClick={change} disabled={busy}>
            {way === 'passphrase' ? 'Use the recovery code' : 'Use the passphrase'}
          </Button>
          {waits && (
            <Text size="sm" className="numeric">
              A passphrase can be tried again in {counted(wait, 'second')}.
            </Text>
          )}
        </Group>
        {busy && <Loading what="Opening the vault" />}
      </Stack>
    </form>
  )
}

interface FieldProps {
  field: RefObject<HTMLInputElement | null>
  wrong: boolean
}

// A browser may send what it checks for spelling elsewhere.
const plain = { autoComplete: 'off', autoCapitalize: 'off', autoCorrect: 'off', spellCheck: false }

const Passphrase = ({ field, wrong }: FieldProps) => (
  <PasswordInput
    key="passphrase"
    ref={field}
    label="Passphrase"
    error={wrong}
    visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase', tabIndex: 0 }}
    {...plain}
    required
  />
)

const RecoveryCode = ({ field, wrong }: FieldProps) => (
  <TextInput
    key="recovery"
    ref={field}
    label="Recovery code"
    description="As it was printed when the vault was made. Capitals, spaces and dashes do not matter."
    error={wrong}
    styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    {...plain}
    required
  />
)

// Codes of what was typed wrongly; the file that these name as their place is in order.
const typed = ['passphrase-wrong', 'passphrase-wait', 'recovery-code-typo', 'recovery-code-wrong']

function told({ title, code, message, place, hint, details, request }: Problem): Told {
  if (!typed.includes(code)) return { title, message, place, hint, details, request }
  const where = details.filter(({ location }) => location !== 'retry_after_seconds')
  return { title: 'Not unlocked', message, hint, details: where }
}
