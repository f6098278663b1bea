// In `vitrine serve` a bearer token arrives in the address as #token=…. It is taken
// out of the address bar at once, so that it is not bookmarked, copied or shown on a
// projector, and kept for this tab only. The program's window needs none.

const key = 'vitrine.token'
const listeners = new Set<() => void>()
let asked = false

/** Takes the token out of the address; call before the router reads it. */
export function takeToken() {
  const match = /^#token=([^&]+)/.exec(window.location.hash)
  if (!match) return
  sessionStorage.setItem(key, decodeURIComponent(match[1]!))
  history.replaceState(null, '', window.location.pathname + window.location.search + '#/')
}

export const token = () => sessionStorage.getItem(key)

export function setToken(value: string) {
  sessionStorage.setItem(key, value.trim())
  setAsked(false)
}

/** The token inside what somebody pasted: the address printed by serve, or the token alone. */
export const tokenIn = (pasted: string) =>
  decodeURIComponent(/#token=([^&\s]+)/.exec(pasted)?.[1] ?? pasted.trim())

/** The server refused the token: the page asks for one. */
export function setAsked(now: boolean) {
  if (asked === now) return
  asked = now
  listeners.forEach((listener) => listener())
}

export const isAsked = () => asked

export function onAsked(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
