import { readFile } from 'node:fs/promises'
import { testdata } from './server'
import { expect, open, ready, test } from './vitrine'

const csvInput = '[role=group][aria-label="Choose a CSV file"] input[type=file]'

test.describe('refusals', () => {
  test.use({ provokes: [404, 422] })

  test('a ragged CSV names the file, the line and the remedy', async ({ page, server }) => {
    await open(page, server, '/model', 'model')
    const lines = (await readFile(testdata('demonstration', 'rows.csv'), 'utf8')).split('\n')
    lines[3] = lines[3]!.split(',').slice(0, 5).join(',')
    await page.setInputFiles(csvInput, {
      name: 'ragged.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(lines.join('\n')),
    })
    const alert = page.getByRole('alert')
    await expect(alert).toContainText('ragged.csv')
    await expect(alert).toContainText('line 4')
    await expect(alert).not.toContainText('undefined')
  })

  test('a model file cut in half is refused and nothing is kept', async ({ page, server }) => {
    await open(page, server, '/model', 'model')
    const model = await readFile(testdata('models', 'wdbc_lgbm_nan', 'model.txt'))
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({
        name: 'half.txt',
        mimeType: 'text/plain',
        buffer: model.subarray(0, model.length / 2),
      })
    await expect(page.getByRole('alert')).toBeVisible()
    const models = (await (await server.api('GET', '/api/v1/models')).json()) as {
      models: unknown[]
    }
    expect(models.models).toHaveLength(1)
  })

  test('a folder that is not there is named', async ({ page, server }) => {
    await open(page, server, '/', 'home')
    await page.getByRole('button', { name: 'Import a folder' }).click()
    await page.getByLabel('Folder on the machine where Vitrine runs').fill('/nowhere/at-all')
    await page.getByRole('button', { name: 'Import', exact: true }).click()
    await expect(page.getByRole('alert')).toContainText('/nowhere/at-all')
  })

  test('an address that does not exist leads home', async ({ page, server }) => {
    await page.goto(server.url)
    await ready(page, 'home')
    await page.evaluate(() => (window.location.hash = '#/nowhere'))
    await ready(page, 'lost')
    await page.getByRole('main').getByRole('link', { name: 'Go to Home' }).click()
    await ready(page, 'home')
  })
})

test.describe('the token', () => {
  test.use({ provokes: [401] })

  test('is asked for, refused when wrong, and taken when right', async ({ page, server }) => {
    await page.goto(server.origin)
    await ready(page, 'token')
    const box = page.getByLabel(/^Address or token/)
    await box.fill('wrong')
    await page.getByRole('button', { name: 'Open the vault' }).click()
    await expect(page.getByText('was refused')).toBeVisible()
    await box.fill(server.url)
    await page.getByRole('button', { name: 'Open the vault' }).click()
    await ready(page, 'home')
    await page.reload()
    await ready(page, 'home')
  })
})

test('a server that has stopped is said so, and the draft is kept', async ({ page, server }) => {
  await open(page, server, '/cohort', 'cohort')
  await page.route('**/api/**', (route) => route.abort())
  page.removeAllListeners('console') // the browser itself reports each failed request
  await page.getByRole('switch', { name: 'Apply: Randomised' }).click({ force: true })
  await expect(page.getByText('Vitrine does not answer').first()).toBeVisible()
  await page.unroute('**/api/**')
  await page.getByRole('button', { name: 'Undo' }).click()
  await ready(page, 'cohort')
  await expect(page.getByText('Vitrine does not answer')).toHaveCount(0)
})
