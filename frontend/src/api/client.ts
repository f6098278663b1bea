// The way to the backend: one function that asks and either answers or throws a Problem.
import { problemOf } from './problem'
import { setAsked, token } from './token'

interface Call {
  method?: 'GET' | 'POST'
  query?: Record<string, string | number | undefined>
  json?: unknown
  bytes?: ArrayBuffer
  /** A newer call in the same lane cancels the older one on the server. */
  lane?: string
  signal?: AbortSignal
}

// Lanes belong to one tab: two tabs on one server must not cancel one another.
const tab = Math.random().toString(36).slice(2, 10)

async function send(path: string, call: Call): Promise<Response> {
  const headers = new Headers()
  const bearer = token()
  if (bearer) headers.set('Authorization', `Bearer ${bearer}`)
  if (call.lane) headers.set('Vitrine-Lane', `${tab}:${call.lane}`)
  if (call.json !== undefined) headers.set('Content-Type', 'application/json')
  if (call.bytes) headers.set('Content-Type', 'application/octet-stream')
  const response = await fetch(path + queryOf(call.query), {
    method: call.method ?? 'GET',
    headers,
    body: call.bytes ?? (call.json === undefined ? undefined : JSON.stringify(call.json)),
    signal: call.signal,
  })
  if (response.ok) return response
  if (response.status === 401) setAsked(true)
  throw problemOf(response, await response.json().catch(() => undefined))
}

export const get = async <T>(path: string, call: Call = {}): Promise<T> =>
  (await send(path, call)).json()

export const post = async <T>(path: string, call: Call = {}): Promise<T> =>
  (await send(path, { ...call, method: 'POST' })).json()

export const postForBytes = async (path: string, call: Call = {}): Promise<ArrayBuffer> =>
  (await send(path, { ...call, method: 'POST' })).arrayBuffer()

function queryOf(query: Call['query'] = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, String(value))
  return search.size ? `?${search}` : ''
}
