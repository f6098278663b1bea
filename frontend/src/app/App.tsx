import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { queryClient } from '../api/queries'
import { takeToken } from '../api/token'
import { makeRouter } from './router'
import { theme, variables } from './theme'
import { TokenGate } from './TokenGate'
import { VaultGate } from './VaultGate'

takeToken() // before the router reads the address
const router = makeRouter()

// Styles that Mantine and react-remove-scroll add at run time carry the page's nonce.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
Object.assign(window, { __webpack_nonce__: nonce })

const schemes = localStorageColorSchemeManager({ key: 'vitrine.colours' })

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queryClient}>
        <TokenGate>
          <VaultGate>
            <RouterProvider router={router} />
          </VaultGate>
        </TokenGate>
      </QueryClientProvider>
    </MantineProvider>
  )
}
