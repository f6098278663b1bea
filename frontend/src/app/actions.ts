// The one list of what a person can do from anywhere: the palette, the keys, the
// window's menu and the buttons of the shell read it.
import { useMantineColorScheme } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { loadDemonstration } from '../api/commands'
import { asProblem } from '../api/problem'
import { lockVault, useLock } from '../api/vault'
import { useContributedActions, type Action } from '../state/actions'
import { toggleSingleKeys, useSingleKeys } from '../state/preferences'
import { openDialog } from '../state/dialogs'
import { openPalette } from './Palette'

export const pages = [
  { id: 'go-home', to: '/', label: 'Home' },
  { id: 'go-cohort', to: '/cohort', label: 'Cohort' },
  { id: 'go-model', to: '/model', label: 'Model' },
  { id: 'go-dictionary', to: '/dictionary', label: 'Dictionary' },
] as const

export function useActions(): Action[] {
  const navigate = useNavigate()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const singles = useSingleKeys()
  const contributed = useContributedActions()
  // A demonstration vault, whose key lies beside it, is not locked.
  const lockable = useLock().vault?.demonstration === false

  return useMemo(() => {
    const go = pages.map(({ id, to, label }, i) => ({
      id,
      label: `Go to ${label}`,
      group: 'Pages',
      shortcut: `alt+${i + 1}`,
      run: () => void navigate({ to }),
    }))
    const schemes = (['light', 'dark', 'auto'] as const).map((scheme) => ({
      id: `scheme-${scheme}`,
      label: scheme === 'auto' ? 'Colours: as the system' : `Colours: ${scheme}`,
      group: 'View',
      disabled: colorScheme === scheme,
      run: () => setColorScheme(scheme),
    }))
    return [
      ...contributed,
      ...go,
      {
        id: 'import',
        label: 'Import a dataset folder',
        group: 'Vault',
        run: () => openDialog('import'),
      },
      {
        id: 'demonstration',
        label: 'Load the demonstration data',
        group: 'Vault',
        run: () => void demonstration(),
      },
      ...(lockable ? [lock] : []),
      {
        id: 'toggle-colour-scheme',
        label: 'Next colours: light, dark, as the system',
        group: 'View',
        shortcut: 'mod+shift+L',
        run: () => setColorScheme(next[colorScheme]),
      },
      ...schemes,
      {
        id: 'single-keys',
        label: singles ? 'Turn single-key shortcuts off' : 'Turn single-key shortcuts on',
        description: 'Such as / for search',
        group: 'View',
        run: toggleSingleKeys,
      },
      { id: 'palette', label: 'Find a command', group: 'Help', run: openPalette },
      { id: 'about', label: 'About Vitrine', group: 'Help', run: () => openDialog('about') },
    ]
  }, [navigate, colorScheme, setColorScheme, singles, contributed, lockable])
}

export const lock: Action = {
  id: 'lock',
  label: 'Lock the vault',
  group: 'Vault',
  shortcut: 'mod+shift+K',
  everywhere: true, // whoever leaves the desk does not close a dialog first
  run: () => void lockNow(),
}

async function lockNow() {
  try {
    await lockVault()
  } catch (error) {
    notifications.show({ color: 'red', title: 'Not locked', message: asProblem(error).message })
  }
}

const next = { light: 'dark', dark: 'auto', auto: 'light' } as const

async function demonstration() {
  try {
    const { already } = await loadDemonstration()
    notifications.show({
      message: already
        ? 'The demonstration data was loaded before.'
        : 'The demonstration data is loaded.',
    })
  } catch (error) {
    notifications.show({ color: 'red', title: 'Not loaded', message: asProblem(error).message })
  }
}
