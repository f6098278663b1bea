import { asWindow, expect, open, ready, test } from './vitrine'

test('the palette finds and runs commands', async ({ page, server }) => {
  await open(page, server, '/', 'home')
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Commands' }).fill('dictionary')
  await page.keyboard.press('Enter')
  await ready(page, 'dictionary')
  await expect(page).toHaveTitle('Dictionary · Vitrine')
})

test('keys go to pages, and single keys can be switched off', async ({ page, server }) => {
  await open(page, server, '/', 'home')
  await page.keyboard.press('Alt+4')
  await ready(page, 'dictionary')
  await page.keyboard.press('/')
  const box = page.getByRole('searchbox', { name: 'Search' })
  await expect(box).toBeFocused()

  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Commands' }).fill('single-key')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('/')
  await expect(box).not.toBeFocused()
})

test('the colours chosen are kept', async ({ page, server }) => {
  await open(page, server, '/', 'home')
  await page.getByRole('radio', { name: 'Dark' }).focus()
  await page.keyboard.press('Space')
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
  await page.reload()
  await ready(page, 'home')
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark')
})

test('the window’s menu names the same commands, and the window is told the colours', async ({
  page,
  server,
}) => {
  const choose = await asWindow(page)
  await open(page, server, '/', 'home')
  await choose('go-cohort')
  await ready(page, 'cohort')
  await page.emulateMedia({ colorScheme: 'dark' })
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { told: unknown[] }).told))
    .toEqual([
      ['colour-scheme', 'light'],
      ['colour-scheme', 'dark'],
    ])
  await choose('about')
  await expect(page.getByRole('dialog', { name: 'About Vitrine' })).toBeVisible()
  await page.keyboard.press('Escape')
  await choose('import')
  await expect(page.getByRole('dialog', { name: 'Import a dataset folder' })).toBeVisible()
})

test('a dataset folder is imported', async ({ page, server }) => {
  await open(page, server, '/', 'home')
  await page.getByRole('button', { name: 'Import a folder' }).click()
  const { testdata } = await import('./server')
  await page.getByLabel('Folder on the machine where Vitrine runs').fill(testdata('clinical-csv'))
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('region', { name: 'Datasets' }).getByRole('row')).toHaveCount(3)
})
