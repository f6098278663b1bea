// Which of the shell's dialogs is open. Actions open them from anywhere.
import { useSyncExternalStore } from 'react'

export type Dialog = 'about' | 'import'

let open: Dialog | undefined
const listeners = new Set<() => void>()

export function openDialog(dialog: Dialog | undefined) {
  open = dialog
  listeners.forEach((listener) => listener())
}

export const useDialog = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => open,
  )
