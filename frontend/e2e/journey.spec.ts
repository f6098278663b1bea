import { readFile } from 'node:fs/promises'
import { testdata } from './server'
import { cohortSize, expect, ready, test } from './vitrine'

test.use({ loaded: false })

test('from an empty vault to a saved figure and a scored file', async ({ page, server }) => {
  await test.step('the first start offers one obvious thing', async () => {
    await page.goto(server.url)
    await ready(page, 'home')
    expect(page.url()).not.toContain(server.token)
    await expect(page.getByRole('heading', { name: 'The vault is empty' })).toBeVisible()
    await page.getByRole('button', { name: 'Load the demonstration data' }).click()
    await expect(page.getByRole('link', { name: 'Clinical classics' })).toBeVisible()
    await expect(
      page.getByText('Demonstration vault: encrypted, its key lies beside it').first(),
    ).toBeVisible()
  })

  await test.step('a cohort is shaped by keyboard', async () => {
    await page.getByRole('link', { name: 'Shape a cohort' }).click()
    await ready(page, 'cohort')
    await expect(page.getByRole('heading', { level: 1, name: 'Cohort' })).toBeFocused()
    await expect(page.getByText('312 participants left')).toBeVisible() // the randomised of pbc
    const before = await cohortSize(page)

    const slider = page.getByRole('slider', { name: 'Serum bilirubin, to' })
    await slider.focus()
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowLeft')
    await expect.poll(() => cohortSize(page)).toBeLessThan(before)

    const counted = await cohortSize(page)
    const limit = Number(await page.getByLabel('To (mg/dL)').inputValue())
    expect(await countOf(server, limit)).toBe(counted)
  })

  await test.step('the curve and Table 1 are those of the cohort', async () => {
    const size = await cohortSize(page)
    const curve = page.getByRole('region', { name: 'Survival' })
    await expect(curve.locator('svg[role]').first()).toBeVisible()
    await expect(curve.getByText(/Log-rank test: χ² = .*p [=<] /)).toBeVisible()
    await expect(curve.getByText(`n = ${size}.`)).toBeVisible()
    const table = page.getByRole('region', { name: 'Table 1' })
    await expect(table.getByRole('columnheader', { name: `n = ${size}` })).toBeVisible()
    await expect(table.getByRole('columnheader', { name: 'Placebo' })).toBeVisible()
    await expect(
      table.getByRole('rowheader', { name: /Age at registration \(years\), median/ }),
    ).toBeVisible()
  })

  await test.step('the figure is saved', async () => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save figure' }).click()
    const file = await download
    expect(file.suggestedFilename()).toMatch(/-survival\.svg$/)
    expect(await readFile(await file.path(), 'utf8')).toMatch(/^<(\?xml|svg)[\s\S]*<\/svg>\s*$/)
  })

  await test.step('a file is scored', async () => {
    await page.getByRole('link', { name: 'Model', exact: true }).click()
    await ready(page, 'model')
    await page
      .getByRole('group', { name: 'Choose a CSV file' })
      .locator('input[type=file]')
      .setInputFiles(testdata('demonstration', 'rows.csv'))
    await expect(page.getByText('12 rows scored', { exact: true })).toBeVisible()
    await expect(page.getByText('30 of 30 inputs matched')).toBeVisible()
    const predictions = page.getByRole('table', { name: 'Predictions' })
    await expect(predictions.getByRole('row')).toHaveCount(13)
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download all predictions' }).click()
    const csv = await readFile(await (await download).path(), 'utf8')
    expect(csv.trim().split('\n')).toHaveLength(13)
  })

  await test.step('a field is looked up', async () => {
    await page.getByRole('link', { name: 'Dictionary', exact: true }).click()
    await ready(page, 'dictionary')
    await page.keyboard.press('/')
    await page.keyboard.type('bilirubin')
    await expect(page.getByRole('region', { name: 'Serum bilirubin (mg/dL)' })).toBeVisible()
    await expect(page.getByText('n = 418 (100.0 % of rows)')).toBeVisible()
  })

  await test.step('everything was recorded', async () => {
    await page.getByRole('link', { name: 'Home', exact: true }).click()
    await ready(page, 'home')
    await expect(
      page.getByRole('region', { name: 'Recent activity' }).getByRole('listitem'),
    ).not.toHaveCount(0)
  })
})

/** The same cohort, counted without the page. */
async function countOf(
  server: { api: (m: string, p: string, b: unknown) => Promise<Response> },
  limit: number,
) {
  const definition = {
    version: 1,
    name: 'check',
    dataset: 'clinical-classics',
    base: { table: 'pbc' },
    include: [
      { id: 'a', rule: { field: 'pbc.trt', missing: false } },
      { id: 'b', rule: { field: 'pbc.bili', between: [null, limit] } },
    ],
    exclude: [],
  }
  const answer = await server.api('POST', '/api/v1/cohorts/evaluate', { definition })
  return ((await answer.json()) as { participants: number }).participants
}
