import { Spotlight, spotlight } from '@mantine/spotlight'
import { Kbd } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { modKey } from '../lib/window'
import { shortcutText, type Action } from '../state/actions'

export const openPalette = spotlight.open
export const closePalette = spotlight.close

/** Every action by name: Ctrl K, or ⌘ K. */
export function Palette({ actions }: { actions: Action[] }) {
  const enabled = actions.filter((action) => !action.disabled)
  const groups = [...new Set(enabled.map((action) => action.group))]
  return (
    <Spotlight
      shortcut={null}
      attributes={{ content: { 'aria-label': 'Commands' } }}
      scrollable
      highlightQuery={false}
      nothingFound="No command has these words."
      searchProps={{
        leftSection: <IconSearch size={18} stroke={1.7} aria-hidden />,
        placeholder: 'What would you like to do?',
        'aria-label': 'Commands',
      }}
      actions={groups.map((group) => ({
        group,
        actions: enabled
          .filter((action) => action.group === group)
          .map(({ id, label, description, shortcut, run }) => ({
            id,
            label,
            description,
            onClick: run,
            rightSection: shortcut ? (
              <Kbd size="xs">{shortcutText(shortcut, modKey)}</Kbd>
            ) : undefined,
          })),
      }))}
    />
  )
}
