// The program's own window offers a few things a browser does not. They are absent
// when the same pages are served to a browser.

interface Runtime {
  EventsOn(event: string, callback: (...data: unknown[]) => void): () => void
  EventsEmit(event: string, ...data: unknown[]): void
  ClipboardSetText(text: string): Promise<boolean>
}

declare global {
  interface Window {
    runtime?: Runtime
    __cspViolations?: string[]
  }
}

/** Hears an event of the window; returns how to stop listening. */
export function onWindowEvent(event: string, listener: (data: unknown) => void): () => void {
  return window.runtime?.EventsOn(event, (...data) => listener(data[0])) ?? (() => {})
}

/** Tells the window something; a browser has nobody to tell. */
export function tellWindow(event: string, data: unknown): void {
  window.runtime?.EventsEmit(event, data)
}

/** Keeps a file that is dropped beside its place from replacing the page. */
export function refuseStrayDrops(): void {
  for (const kind of ['dragover', 'drop'] as const) {
    document.addEventListener(kind, (event) => event.preventDefault())
  }
}

export async function copyText(text: string): Promise<void> {
  if (window.runtime) await window.runtime.ClipboardSetText(text)
  else await navigator.clipboard.writeText(text)
}

/** "Ctrl" or "⌘", as the keyboard in front of the reader says. */
export const modKey = /mac/i.test(globalThis.navigator?.platform ?? '') ? '⌘' : 'Ctrl'
