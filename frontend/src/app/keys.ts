import { useEffect } from 'react'
import { onWindowEvent } from '../lib/window'
import { isSingleKey, matches, type Action } from '../state/actions'
import { singleKeys } from '../state/preferences'

/** Runs the action whose shortcut is pressed; mod+K opens the palette, also in a field. */
export function useKeys(actions: Action[], openPalette: () => void) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      if (matches('mod+k', event)) return take(event, openPalette)
      const action = actions.find(
        ({ shortcut, disabled }) => shortcut && !disabled && matches(shortcut, event),
      )
      if (action && allowed(action, event)) take(event, action.run)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [actions, openPalette])
}

function take(event: KeyboardEvent, run: () => void) {
  event.preventDefault()
  run()
}

// Typing is typing: letters belong to the field, and so does its own undo. A dialog
// keeps the page behind it still.
function allowed(action: Action, event: KeyboardEvent): boolean {
  if (action.everywhere) return true
  if (document.querySelector('[role="dialog"][aria-modal="true"]')) return false
  if (isSingleKey(action.shortcut!) && !singleKeys()) return false
  return (
    !(event.target instanceof Element && isTextField(event.target)) ||
    action.shortcut!.startsWith('alt+')
  )
}

const isTextField = (element: Element) =>
  element.matches(
    'textarea, [contenteditable="true"], input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"])',
  )

/** The window's native menu names the same actions. */
export function useMenu(actions: Action[]) {
  useEffect(
    () =>
      onWindowEvent('menu', (name) => {
        const action = actions.find(({ id }) => id === name)
        if (action && !action.disabled) action.run()
      }),
    [actions],
  )
}
