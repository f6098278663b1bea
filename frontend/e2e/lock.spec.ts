import type { Page } from '@playwright/test'
import { testdata, type Server } from './server'
import { asWindow, cohortSize, expect, open, ready, test, violations } from './vitrine'

const passphrase = 'correct horse battery staple'

const unlock = async (page: Page, secret: string) => {
  await page.getByLabel(/^(Passphrase|Recovery code)/).fill(secret)
  await page.keyboard.press('Enter')
}

/** Opens the address of a locked vault, unlocks it and brings the clinical data in. */
async function unlocked(page: Page, server: Server) {
  await page.goto(server.url)
  await ready(page, 'unlock')
  await unlock(page, passphrase)
  await ready(page, 'home')
  await page.getByRole('button', { name: 'Import a dataset folder' }).click()
  await page.getByLabel('Folder on the machine where Vitrine runs').fill(testdata('clinical'))
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('link', { name: 'Clinical classics' })).toBeVisible()
}

test.describe('a vault with a passphrase', () => {
  test.use({ passphrase, provokes: [403, 422, 423, 503] })

  test('is unlocked, locked by keyboard, and shows nothing meanwhile', async ({ page, server }) => {
    await unlocked(page, server)
    await page.getByRole('link', { name: 'Cohort', exact: true }).click()
    const size = await cohortSize(page)
    expect(size).toBeGreaterThan(0)
    await expect(
      page.getByRole('region', { name: 'Table 1' }).getByRole('row').nth(3),
    ).toBeVisible()
    const counts = await countsShown(page)
    expect(counts).toContain(String(size))
    expect(await inMemory(page, 'Serum bilirubin')).toBe(true)

    await test.step('over a dialog and while typing, the key locks at once', async () => {
      await page.getByRole('button', { name: 'Definition' }).click()
      await page.getByLabel('Definition (JSON)').focus()
      await page.keyboard.press('Control+Shift+k')
      await ready(page, 'unlock')
      await expect(page.getByText('You locked it.')).toBeVisible()
      await expect(page.getByLabel(/^Passphrase/)).toBeFocused()
    })

    await test.step('nothing of the participants is left', async () => {
      const left = await page.locator('body').innerText()
      expect(left).not.toMatch(/participant|Clinical|bilirubin/i)
      expect(counts.filter((text) => left.split(/\s+/).includes(text))).toEqual([])
      await expect(page.locator('body').getByRole('dialog')).toHaveCount(0)
      const stored = await page.evaluate(() => Object.keys(localStorage).sort())
      expect(
        stored.filter((key) => !/^vitrine\.(draft\.1|colours|single-keys)$/.test(key)),
      ).toEqual([])
      expect(await inMemory(page, 'Serum bilirubin')).toBe(false)
      expect((await server.api('GET', '/api/v1/overview')).status).toBe(423)
    })

    await test.step('the person is back where they were', async () => {
      await unlock(page, passphrase)
      await expect.poll(() => cohortSize(page)).toBe(size)
      await expect(page).toHaveURL(/#\/cohort/)
    })
  })

  test('refuses what is wrong, makes one wait, and opens with the recovery code', async ({
    page,
    server,
  }) => {
    await page.goto(server.url)
    await ready(page, 'unlock')
    await expect(page.getByText(`Vault in ${server.home}`)).toBeVisible()
    const alert = page.getByRole('alert')
    for (let i = 0; i < 5; i++) {
      await unlock(page, 'open sesame')
      await expect(alert).toContainText('This passphrase does not open the vault.')
      await expect(alert).toContainText('recovery code')
      await expect(page.getByRole('button', { name: 'Unlock' })).toBeEnabled()
    }
    await unlock(page, 'open sesame')
    await expect(page.getByText(/can be tried again in \d+ seconds?/)).toBeVisible()
    await expect(page.getByRole('button', { name: 'Unlock' })).toBeDisabled()
    expect(await violations(page)).toEqual([])

    await page.getByRole('button', { name: 'Use the recovery code' }).click()
    await expect(page.getByLabel(/^Recovery code/)).toBeFocused()
    await unlock(
      page,
      server.recoveryCode.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
    )
    await expect(alert).toContainText(/group \d/)
    await unlock(page, server.recoveryCode.toLowerCase().replaceAll('-', ' '))
    await ready(page, 'home')
    await expect(page.getByText('Encrypted', { exact: true })).toBeVisible()
  })

  test('that locks itself takes the page with it', async ({ page, server }) => {
    await unlocked(page, server)
    await server.api('POST', '/api/v1/vault/lock') // as it does after 15 minutes without use
    await ready(page, 'unlock')
    await expect(page.getByText('It locked itself')).toBeVisible()
    await server.api('POST', '/api/v1/vault/unlock', { passphrase })
    await ready(page, 'home')
    await server.api('POST', '/api/v1/vault/lock')
    await page.getByRole('link', { name: 'Dictionary', exact: true }).click()
    await ready(page, 'unlock')
    await unlock(page, passphrase)
    await ready(page, 'dictionary')
  })

  test('is checked, and can be locked by button, palette and the window’s menu', async ({
    page,
    server,
  }) => {
    const choose = await asWindow(page)
    await unlocked(page, server)
    const protection = page.getByRole('region', { name: 'Protection' })
    await expect(protection).toContainText('Encrypted. Locks itself after 15 minutes without use.')
    await protection.getByRole('button', { name: 'Check the vault' }).click()
    await expect(protection.getByRole('status')).toContainText(
      /2 databases, [\d,]+ pages and \d+ audit events were checked: all are as Vitrine wrote them/,
    )
    expect(await violations(page)).toEqual([])

    await page.getByRole('button', { name: /^Lock/ }).click()
    await ready(page, 'unlock')
    await unlock(page, passphrase)
    await ready(page, 'home')
    await page.keyboard.press('Control+k')
    await page.getByRole('textbox', { name: 'Commands' }).fill('lock the vault')
    await page.keyboard.press('Enter')
    await ready(page, 'unlock')
    await unlock(page, passphrase)
    await ready(page, 'home')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await choose('lock')
    await ready(page, 'unlock')
  })

  test('has a clean unlock page in every colour', async ({ page, server }) => {
    await page.goto(server.url)
    await ready(page, 'unlock')
    for (const colorScheme of ['light', 'dark'] as const)
      for (const forcedColors of ['none', 'active'] as const) {
        await page.emulateMedia({ colorScheme, forcedColors })
        // The page follows the system a moment later.
        await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
        expect(await violations(page), `${colorScheme}, ${forcedColors}`).toEqual([])
      }
    await page.getByRole('button', { name: 'Show the passphrase' }).click()
    await expect(page.getByLabel(/^Passphrase/)).toHaveAttribute('type', 'text')
    await page.getByRole('button', { name: 'Use the recovery code' }).click()
    expect(await violations(page), 'recovery code').toEqual([])
  })
})

test('a demonstration vault is not locked, and says why', async ({ page, server }) => {
  await open(page, server, '/', 'home')
  await expect(page.getByRole('region', { name: 'Protection' })).toContainText(
    'its key lies beside it',
  )
  await expect(page.getByRole('button', { name: /^Lock/ })).toHaveCount(0)
  await page.keyboard.press('Control+Shift+k')
  await page.keyboard.press('Alt+4')
  await ready(page, 'dictionary')
})

/** The numbers on the page that are not a single digit. */
const countsShown = async (page: Page) =>
  [...new Set((await page.locator('main').innerText()).split(/[^\d.,]+/))].filter((text) =>
    /^\d[\d,]+$/.test(text),
  )

/** Whether the page's memory holds a text anywhere, also where nothing shows it. */
async function inMemory(page: Page, text: string): Promise<boolean> {
  const session = await page.context().newCDPSession(page)
  const chunks: string[] = []
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk))
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.takeHeapSnapshot')
  await session.detach()
  return chunks.join('').includes(text)
}
