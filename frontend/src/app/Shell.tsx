import { AppShell, Box, Burger, Group, Kbd, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import {
  IconBook2,
  IconCommand,
  IconHome,
  IconLock,
  IconChartDots3,
  IconUsersGroup,
} from '@tabler/icons-react'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useOverview } from '../api/queries'
import { protectionWords } from '../components/protection'
import { modKey } from '../lib/window'
import { shortcutText, type Action } from '../state/actions'
import { AboutDialog } from './AboutDialog'
import { pages, useActions } from './actions'
import { ColourScheme } from './ColourScheme'
import { ImportDialog } from './ImportDialog'
import { useKeys, useMenu } from './keys'
import { openPalette, Palette } from './Palette'
import classes from './Shell.module.css'

const icons = {
  'go-home': IconHome,
  'go-cohort': IconUsersGroup,
  'go-model': IconChartDots3,
  'go-dictionary': IconBook2,
}

/** Everything around a page: navigation, palette, keys, the window's menu, dialogs. */
export function Shell() {
  const actions = useActions()
  const [menuOpen, { toggle, close }] = useDisclosure(false)
  const { pathname } = useLocation()
  useKeys(actions, openPalette)
  useMenu(actions)
  useEffect(close, [pathname, close])

  return (
    <AppShell
      header={{ height: { base: 48, sm: 0 } }}
      navbar={{ width: 196, breakpoint: 'sm', collapsed: { mobile: !menuOpen } }}
      padding={0}
      transitionDuration={0}
    >
      <a className="skip" href="#main" onClick={skip}>
        Skip to the page
      </a>
      <AppShell.Header hiddenFrom="sm" className={classes.header}>
        <Group h="100%" px="sm" gap="sm">
          <Burger opened={menuOpen} onClick={toggle} size="sm" aria-label="Navigation" />
          <Brand />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.navbar} aria-label="Pages">
        <Box visibleFrom="sm" className={classes.brand}>
          <Brand />
        </Box>
        <Pages />
        <Foot lock={actions.find(({ id }) => id === 'lock')} />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <Outlet />
      </AppShell.Main>
      <Palette actions={actions} />
      <AboutDialog />
      <ImportDialog />
    </AppShell>
  )
}

// The address belongs to the router, so the link moves the focus itself.
function skip(event: React.MouseEvent) {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function Brand() {
  return (
    <Group gap={8} wrap="nowrap">
      <img src="/icon.svg" width={24} height={24} alt="" />
      <Text fw={650} size="lg">
        Vitrine
      </Text>
    </Group>
  )
}

function Pages() {
  return (
    <ul className={classes.pages}>
      {pages.map(({ id, to, label }) => {
        const Icon = icons[id]
        return (
          <li key={id}>
            <Link
              to={to}
              className={classes.link}
              activeProps={{ 'aria-current': 'page' }}
              activeOptions={{ exact: to === '/', includeSearch: false }}
            >
              <Icon size={18} stroke={1.7} aria-hidden />
              {label}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}

function Foot({ lock }: { lock?: Action }) {
  const vault = useOverview().data?.vault
  return (
    <div className={classes.foot}>
      {vault && (
        <Text size="xs" c="dimmed" lh={1.35} title={vault.home}>
          {protectionWords(vault)}
        </Text>
      )}
      <UnstyledButton className={classes.command} onClick={openPalette}>
        <IconCommand size={16} stroke={1.7} aria-hidden />
        <span>Commands</span>
        <Kbd size="xs">{modKey} K</Kbd>
      </UnstyledButton>
      {lock && (
        <UnstyledButton className={classes.command} onClick={lock.run}>
          <IconLock size={16} stroke={1.7} aria-hidden />
          <span>Lock</span>
          <Kbd size="xs">{shortcutText(lock.shortcut!, modKey)}</Kbd>
        </UnstyledButton>
      )}
      <ColourScheme />
    </div>
  )
}
