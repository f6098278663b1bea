// What every journey has: a server, a page that is watched, and the few things one
// does all the time.
import { expect, test as base, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { startServer, type Server } from './server'

export { expect } from '@playwright/test'

interface Fixtures {
  /** Load the demonstration data before the page opens. */
  loaded: boolean
  /** Serve a locked vault with this passphrase instead of a demonstration. */
  passphrase: string
  /** Refusals that this journey provokes: HTTP status codes. */
  provokes: number[]
  server: Server
}

export const test = base.extend<Fixtures>({
  loaded: [true, { option: true }],
  passphrase: ['', { option: true }],
  provokes: [[], { option: true }],

  server: async ({ loaded, passphrase }, provide) => {
    const server = await startServer(passphrase)
    try {
      if (loaded && !passphrase)
        expect((await server.api('POST', '/api/v1/demonstration')).status).toBe(200)
      await provide(server)
    } finally {
      await server.stop()
    }
  },

  // Every journey fails on a console error, an exception or a blocked resource.
  // It is closed before its server stops.
  page: async ({ page, provokes, server: _ }, provide) => {
    const wrong: string[] = []
    page.on('pageerror', (error) => wrong.push(`exception: ${error.message}`))
    page.on('console', (message) => {
      if (message.type() !== 'error') return
      const status = Number(/status of (\d+)/.exec(message.text())?.[1])
      if (!provokes.includes(status)) wrong.push(`console: ${message.text()}`)
    })
    await provide(page)
    if (!page.isClosed())
      wrong.push(...(await page.evaluate(() => window.__cspViolations ?? ['no listener'])))
    expect(wrong).toEqual([])
  },
})

/** Waits until a route shows its data. */
export const ready = (page: Page, name: string) =>
  page.waitForSelector(`html[data-ready="${name}"]`, { state: 'attached' })

/** Opens a route by its address. */
export async function open(page: Page, server: Server, route: string, name: string) {
  await page.goto(server.url)
  await ready(page, 'home')
  if (route === '/') return
  await page.evaluate((to) => (window.location.hash = to), '#' + route)
  await ready(page, name)
}

/**
 * Gives the page what the program's window offers: a menu, and somebody to tell the
 * colours. Returns how to choose from the menu.
 */
export async function asWindow(page: Page) {
  await page.addInitScript(() => {
    const listeners: ((name: string) => void)[] = []
    const told: unknown[] = []
    Object.assign(window, {
      told,
      runtime: {
        EventsEmit: (event: string, data: unknown) => told.push([event, data]),
        EventsOn: (event: string, listener: (name: string) => void) => {
          if (event === 'menu') listeners.push(listener)
          return () => listeners.splice(listeners.indexOf(listener), 1)
        },
      },
      menu: (name: string) => listeners.slice().forEach((listener) => listener(name)),
    })
  })
  return (name: string) =>
    page.evaluate((name) => (window as unknown as { menu(name: string): void }).menu(name), name)
}

/** How many are in the cohort, once the count has settled. */
export async function cohortSize(page: Page): Promise<number> {
  await ready(page, 'cohort')
  const text = await page.getByTestId('cohort-size').locator('strong').innerText()
  return Number(text.replace(/\D/g, ''))
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
)

interface Axe {
  run(
    context: Document,
    options: object,
  ): Promise<{
    violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[]
  }>
}

/** What axe-core finds against WCAG 2.2 A and AA, one line for each element. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: Axe }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const { violations } = await axe.run(document, { runOnly: tags })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    )
  })
}
