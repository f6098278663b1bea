// The way to the backend: the client generated from its description, which either
// answers or throws a Problem.
import createClient, { type Middleware } from 'openapi-fetch'
import { isShut, refused } from './lock'
import { Problem, problemOf } from './problem'
import type { paths } from './schema.gen'
import { setAsked, token } from './token'

export const api = createClient<paths>({ baseUrl: '' })

const door: Middleware = {
  onRequest({ request }) {
    const bearer = token()
    if (bearer) request.headers.set('Authorization', `Bearer ${bearer}`)
    return request
  },
  async onResponse({ response, schemaPath }) {
    if (isShut() && !schemaPath.startsWith('/api/v1/vault')) throw tooLate()
    if (response.ok) return undefined
    if (response.status === 401) setAsked(true)
    const problem = problemOf(response, await response.json().catch(() => undefined))
    if (problem.code === 'vault-locked') refused()
    throw problem
  },
}

/** An answer that comes after the lock is not read. */
const tooLate = () =>
  new Problem(423, 'vault-locked', 'The vault is locked', 'The vault was locked meanwhile.')

api.use(door)

/** The answer itself; a refusal was thrown on the way. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

/** The bytes of an answer that is a file; the description calls it a string. */
export const fileOf = (call: Promise<{ data?: unknown }>) => answer(call) as Promise<ArrayBuffer>

// Lanes belong to one tab: two tabs on one server must not cancel one another.
const tab = Math.random().toString(36).slice(2, 10)

/** A newer call in the same lane cancels the older one on the server. */
export const lane = (name: string) => ({ 'Vitrine-Lane': `${tab}:${name}` })

/**
 * A file goes as bytes and never as a form: forms crash WebKitGTK in the window. The
 * description calls such a body a string.
 */
export const upload = (bytes: ArrayBuffer) => ({
  body: bytes as unknown as string,
  bodySerializer: (body: unknown) => body as ArrayBuffer,
  headers: { 'Content-Type': 'application/octet-stream' },
})
