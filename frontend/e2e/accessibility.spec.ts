import type { Page } from '@playwright/test'
import { testdata } from './server'
import { expect, open, ready, test, violations } from './vitrine'

const routes = [
  { route: '/', name: 'home' },
  { route: '/cohort', name: 'cohort' },
  { route: '/model', name: 'model' },
  { route: '/dictionary', name: 'dictionary' },
]

const schemes = [
  { scheme: 'light', emulate: { colorScheme: 'light', forcedColors: 'none' } },
  { scheme: 'dark', emulate: { colorScheme: 'dark', forcedColors: 'none' } },
  { scheme: 'forced colours', emulate: { colorScheme: 'dark', forcedColors: 'active' } },
] as const

for (const { scheme, emulate } of schemes)
  test(`every route is clean in ${scheme}`, async ({ page, server }) => {
    await page.emulateMedia(emulate)
    for (const { route, name } of routes) {
      await open(page, server, route, name)
      if (name === 'model') await scoreRows(page)
      expect(await violations(page), name).toEqual([])
    }
  })

test('dialogs, menus and the palette are clean', async ({ page, server }) => {
  await open(page, server, '/cohort', 'cohort')
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('textbox', { name: 'Commands' })).toBeFocused()
  expect(await violations(page), 'palette').toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More for: Randomised' }).click()
  await expect(page.getByRole('menuitem', { name: 'Delete' })).toBeVisible()
  expect(await violations(page), 'menu').toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Definition' }).click()
  await expect(page.getByLabel('Definition (JSON)')).toBeVisible()
  expect(await violations(page), 'definition').toEqual([])
})

test.describe('before there is anything', () => {
  test.use({ loaded: false })
  test('the empty pages are clean', async ({ page, server }) => {
    for (const { route, name } of routes) {
      await open(page, server, route, name)
      expect(await violations(page), name).toEqual([])
    }
  })
})

test('at 200 % zoom nothing scrolls sideways', async ({ page, server }) => {
  await page.setViewportSize({ width: 640, height: 400 })
  for (const { route, name } of routes) {
    await open(page, server, route, name)
    if (name === 'model') await scoreRows(page)
    const [wide, seen] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ])
    expect(wide, name).toBeLessThanOrEqual(seen!)
  }
})

test('the Tab key reaches everything, shows where it is, and is never trapped', async ({
  page,
  server,
}) => {
  for (const { route, name } of routes) {
    await open(page, server, route, name)
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    const walk = await tabThrough(page)
    expect(walk.invisible, `${name}: focus that cannot be seen`).toEqual([])
    expect(walk.missed, `${name}: controls out of reach`).toEqual([])
    expect(walk.steps, `${name}: a trap`).toBeLessThan(300)
  }
})

test('the skip link leads past the navigation', async ({ page, server }) => {
  await open(page, server, '/dictionary', 'dictionary')
  await page.reload()
  await ready(page, 'dictionary')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('searchbox', { name: 'Search' })).toBeFocused()
  await expect(page).toHaveURL(/#\/dictionary/)
})

async function scoreRows(page: Page) {
  await page.setInputFiles(
    '[role=group][aria-label="Choose a CSV file"] input[type=file]',
    testdata('demonstration', 'rows.csv'),
  )
  await expect(page.getByText('rows scored').first()).toBeVisible()
}

/** Presses Tab until the focus comes round. */
async function tabThrough(page: Page) {
  const invisible: string[] = []
  const met = new Set<string>()
  let steps = 0
  for (; steps < 300; steps++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return undefined
      element.setAttribute('data-met', 'yes')
      const parts = [element, element.parentElement, element.nextElementSibling]
      const seen = parts.some((part) => {
        if (!part) return false
        const style = getComputedStyle(part)
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none'
      })
      const bordered = element.matches('input, select, textarea') // their border changes colour
      return { name: element.outerHTML.slice(0, 120), seen: seen || bordered }
    })
    if (!at || (met.has(at.name) && steps > 200)) break
    met.add(at.name)
    if (!at.seen) invisible.push(at.name)
  }
  const missed = await page.evaluate(() =>
    [...document.querySelectorAll('button, a[href], input, select, textarea')]
      .filter((element) => {
        const { width, height } = element.getBoundingClientRect()
        const control = element as HTMLInputElement
        const reachable = !control.disabled && control.tabIndex >= 0 && control.type !== 'file'
        const radio = control.type === 'radio' // one of a group takes the focus
        return reachable && !radio && width > 0 && height > 0 && !element.hasAttribute('data-met')
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  )
  return { invisible, missed, steps }
}
