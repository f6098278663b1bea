import {
  Anchor,
  Checkbox,
  createTheme,
  Notification,
  Switch,
  Table,
  type CSSVariablesResolver,
  type MantineColorsTuple,
} from '@mantine/core'

/** The blue-green of old cabinet glass. Shade 8 carries white text at 6:1. */
const glass: MantineColorsTuple = [
  '#eff6f7',
  '#dfebee',
  '#bcd6dc',
  '#97c0ca',
  '#77adba',
  '#629fae',
  '#4d90a0',
  '#357a8a',
  '#1f6272',
  '#0c4d5c',
]

export const theme = createTheme({
  primaryColor: 'glass',
  primaryShade: 8,
  colors: { glass },
  autoContrast: true,
  luminanceThreshold: 0.25,
  fontFamily: 'Inter, "Segoe UI", "Helvetica Neue", Helvetica, Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Code", Menlo, Consolas, monospace',
  defaultRadius: 'sm',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.25' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  components: {
    // 24 px targets (WCAG 2.5.8).
    Checkbox: Checkbox.extend({ defaultProps: { size: 'md' } }),
    Switch: Switch.extend({ defaultProps: { size: 'md' } }),
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    Notification: Notification.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } },
      styles: { description: { color: 'var(--mantine-color-dimmed)' } },
    }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 6 } }),
  },
})

/** Text colours that pass 4.5:1 where Mantine's own do not. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636a',
    '--mantine-color-placeholder': '#6c757d',
    '--mantine-color-yellow-light-color': '#7a4a00',
    '--mantine-color-red-light-color': '#a61e1e',
    '--mantine-color-error': '#b42318',
    '--vt-surface': '#ffffff',
    '--vt-ground': '#f6f8f9',
    '--vt-line': '#dde3e6',
    '--vt-ink-accent': '#1f6272',
    '--vt-bar': '#4d90a0',
    '--vt-bar-out': '#c9d5d9',
  },
  dark: {
    '--mantine-color-dimmed': '#a6adb3',
    '--mantine-color-placeholder': '#9aa1a7',
    '--mantine-color-error': '#ff9a9a',
    '--mantine-color-anchor': '#97c0ca',
    '--mantine-color-glass-light-color': '#bcd6dc',
    '--mantine-color-glass-text': '#97c0ca',
    '--vt-surface': '#242424',
    '--vt-ground': '#1a1b1c',
    '--vt-line': '#3d4144',
    '--vt-ink-accent': '#97c0ca',
    '--vt-bar': '#629fae',
    '--vt-bar-out': '#434c53',
    '--mantine-color-body': '#242424',
  },
})
