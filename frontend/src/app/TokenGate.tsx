import { Button, Container, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { useEffect, useState, useSyncExternalStore, type FormEvent, type ReactNode } from 'react'
import { queryClient } from '../api/queries'
import { isAsked, onAsked, setToken, token, tokenIn } from '../api/token'

/** Shows the pages, or asks for the token when the server refuses. */
export function TokenGate({ children }: { children: ReactNode }) {
  const asked = useSyncExternalStore(onAsked, isAsked)
  return asked ? <TokenPage /> : children
}

function TokenPage() {
  const [pasted, setPasted] = useState('')
  const refused = !!token()

  useEffect(() => {
    document.title = 'Token needed · Vitrine'
    document.documentElement.dataset.ready = 'token'
    return () => void delete document.documentElement.dataset.ready
  }, [])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    queryClient.clear()
    setToken(tokenIn(pasted))
  }

  return (
    <Container size="xs" component="main" pt={80}>
      <form onSubmit={submit}>
        <Stack>
          <Title order={1}>Vitrine</Title>
          <Text>
            This page needs the token that <code>vitrine serve</code> printed when it started. Open
            the address it printed, or paste that address or the token here.
          </Text>
          <PasswordInput
            label="Address or token"
            value={pasted}
            onChange={(event) => setPasted(event.currentTarget.value)}
            error={
              refused
                ? 'The token this page has was refused. Each start makes a new one.'
                : undefined
            }
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': 'Show the token', tabIndex: 0 }}
            required
          />
          <Button type="submit" w="fit-content">
            Open the vault
          </Button>
        </Stack>
      </form>
    </Container>
  )
}
