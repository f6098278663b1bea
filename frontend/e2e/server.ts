// A vault of its own and the program serving it, for one test.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

const root = path.resolve(import.meta.dirname, '../..')
const program = process.env.VITRINE ?? path.join(root, 'build/bin/vitrine')

/** A file of the repository's test data. */
export const testdata = (...parts: string[]) => path.join(root, 'testdata', ...parts)

export interface Server {
  /** The address with the token in it, as serve printed it. */
  url: string
  /** The address without it. */
  origin: string
  token: string
  /** Speaks to the API as another program would. */
  api(method: string, path: string, body?: unknown): Promise<Response>
  stop(): Promise<void>
}

export async function startServer(): Promise<Server> {
  const home = await mkdtemp(path.join(tmpdir(), 'vitrine-e2e-'))
  const child = spawn(program, ['serve', '--home', home, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, VITRINE_DEMONSTRATION: testdata('demonstration') },
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += String(text)))
  const url = await firstLine(child).catch(async (error: unknown) => {
    await end(child, home)
    throw new Error(`vitrine serve did not start: ${String(error)}\n${said}`)
  })
  const { origin, hash } = new URL(url)
  const token = decodeURIComponent(hash.replace('#token=', ''))
  return {
    url,
    origin,
    token,
    api: (method, where, body) =>
      fetch(origin + where, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
    stop: () => end(child, home),
  }
}

// With --json serve prints one document; its address may stand on a line of its own.
async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const line of createInterface({ input: child.stdout! })) {
    text += line
    const url = /"url":\s*"([^"]+)"/.exec(text)?.[1]
    if (url) return url
  }
  throw new Error('it ended without printing its address')
}

async function end(child: ChildProcess, home: string) {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    await gone
    clearTimeout(late)
  }
  await rm(home, { recursive: true, force: true })
}
