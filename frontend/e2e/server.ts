// A vault of its own and the program serving it, for one test.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

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
  /** Opens a vault that has a passphrase; empty for a demonstration. */
  recoveryCode: string
  /** Where the vault is. */
  home: string
  /** Speaks to the API as another program would. */
  api(method: string, path: string, body?: unknown): Promise<Response>
  stop(): Promise<void>
}

/** Serves a demonstration, or with a passphrase a locked vault. */
export async function startServer(passphrase = ''): Promise<Server> {
  const home = await mkdtemp(path.join(tmpdir(), 'vitrine-e2e-'))
  const recoveryCode = passphrase && (await makeVault(home, passphrase))
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
    recoveryCode,
    home,
    api: (method, where, body) =>
      fetch(origin + where, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
    stop: () => end(child, home),
  }
}

async function makeVault(home: string, passphrase: string): Promise<string> {
  const beside = await mkdtemp(path.join(tmpdir(), 'vitrine-e2e-'))
  const file = path.join(beside, 'passphrase')
  await writeFile(file, passphrase + '\n')
  const args = ['--home', home, '--passphrase-file', file, '--no-keychain', '--json']
  const { stdout } = await promisify(execFile)(program, ['vault', 'create', ...args])
  await rm(beside, { recursive: true })
  return (JSON.parse(stdout) as { recovery_code: string }).recovery_code
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
