import { expect, it } from 'vitest'
import { isSingleKey, matches, shortcutText } from './actions'

const press = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', true>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

it.each([
  ['mod+Z', press('z', { ctrlKey: true }), true],
  ['mod+Z', press('z', { metaKey: true }), true],
  ['mod+Z', press('Z', { ctrlKey: true, shiftKey: true }), false],
  ['mod+shift+Z', press('Z', { metaKey: true, shiftKey: true }), true],
  ['mod+Z', press('z'), false],
  ['/', press('/'), true],
  ['/', press('/', { shiftKey: true }), true], // where "/" is a shifted key
  ['/', press('/', { ctrlKey: true }), false],
  ['alt+1', press('1', { altKey: true }), true],
  ['alt+1', press('1', { altKey: true, ctrlKey: true }), false], // AltGr
])('%s', (shortcut, key, is) => expect(matches(shortcut, key)).toBe(is))

it('is written as the keyboard in front of the reader says', () => {
  expect(shortcutText('mod+shift+Z', '⌘')).toBe('⌘ Shift Z')
  expect(shortcutText('/', 'Ctrl')).toBe('/')
  expect([isSingleKey('/'), isSingleKey('alt+1')]).toEqual([true, false])
})
