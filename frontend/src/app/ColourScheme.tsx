import {
  SegmentedControl,
  useComputedColorScheme,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core'
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react'
import { useEffect } from 'react'
import { tellWindow } from '../lib/window'

const choices = [
  { value: 'light', name: 'Light', Icon: IconSun },
  { value: 'dark', name: 'Dark', Icon: IconMoon },
  { value: 'auto', name: 'As the system', Icon: IconDeviceDesktop },
] as const

export function ColourScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const shown = useComputedColorScheme('light')
  // The window opens in these colours next time, before the page is read.
  useEffect(() => tellWindow('colour-scheme', shown), [shown])
  return (
    <SegmentedControl
      aria-label="Colours"
      size="xs"
      fullWidth
      value={colorScheme}
      onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
      data={choices.map(({ value, name, Icon }) => ({
        value,
        label: (
          <>
            <Icon
              size={16}
              stroke={1.7}
              aria-hidden
              style={{ display: 'block', margin: '4px auto' }}
            />
            <VisuallyHidden>{name}</VisuallyHidden>
          </>
        ),
      }))}
    />
  )
}
