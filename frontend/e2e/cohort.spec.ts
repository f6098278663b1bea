import { cohortSize, expect, open, ready, test, violations } from './vitrine'

test.beforeEach(async ({ page, server }) => {
  await open(page, server, '/cohort', 'cohort')
})

test('undo and redo reach across a restart', async ({ page }) => {
  const start = await cohortSize(page)
  await page.getByRole('switch', { name: 'Apply: Randomised' }).click({ force: true })
  await expect.poll(() => cohortSize(page)).toBeGreaterThan(start)
  const without = await cohortSize(page)

  await page.getByRole('heading', { level: 1 }).click()
  await page.keyboard.press('Control+z')
  await expect.poll(() => cohortSize(page)).toBe(start)
  await page.keyboard.press('Control+Shift+z')
  await expect.poll(() => cohortSize(page)).toBe(without)

  await page.reload()
  expect(await cohortSize(page)).toBe(without)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => cohortSize(page)).toBe(start)
})

test('a rule is added, changed, reordered and deleted by keyboard', async ({ page }) => {
  const start = await cohortSize(page)
  const search = page.getByRole('combobox', { name: 'Add an inclusion rule' })
  await search.focus()
  await page.keyboard.type('sex')
  await expect(page.getByRole('option', { name: /^Sex/ })).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const male = page
    .getByRole('group', { name: 'Values of Sex' })
    .getByRole('checkbox', { name: /Male/ })
    .first()
  await male.focus()
  await page.keyboard.press('Space')
  await expect.poll(() => cohortSize(page)).toBeLessThan(start)

  const order = () =>
    page
      .locator('li[data-rule]')
      .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.rule))
  expect(await order()).toEqual(['randomised', 'bilirubin', 'sex'])
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(order).toEqual(['randomised', 'sex', 'bilirubin'])
  await expect(male, 'the focus moves with the card').toBeFocused()
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(order).toEqual(['randomised', 'bilirubin', 'sex'])
  await expect(male).toBeFocused()

  await page.getByRole('button', { name: /^More for: Sex/ }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Delete' }).press('Enter')
  await expect.poll(() => cohortSize(page)).toBe(start)
  const beside = page.locator('li[data-rule=bilirubin] [data-heading]')
  await expect(beside, 'the focus goes to the neighbour').toBeFocused()
})

test('nobody left is an answer too', async ({ page }) => {
  await page.getByLabel('To (mg/dL)').fill('0.1')
  await expect.poll(() => cohortSize(page)).toBe(0)
  await expect(page.getByRole('main')).not.toContainText(/NaN|undefined|Infinity|null/)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => cohortSize(page)).toBeGreaterThan(0)
})

test('a moving slider ends on the number of its last position', async ({ page, server }) => {
  const slider = page.getByRole('slider', { name: 'Serum bilirubin, to' })
  const box = (await slider.boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  for (let i = 1; i <= 60; i++) await page.mouse.move(box.x - i, box.y + 5)
  await page.mouse.up()
  const shown = await cohortSize(page)
  const stored = await page.evaluate(
    () =>
      new Promise<{ present: { definition: unknown }; past: unknown[] }>((resolve) =>
        setTimeout(() => resolve(JSON.parse(localStorage.getItem('vitrine.draft.1')!)), 400),
      ),
  )
  const answer = await server.api('POST', '/api/v1/cohorts/evaluate', {
    definition: stored.present.definition,
  })
  expect(((await answer.json()) as { participants: number }).participants).toBe(shown)
  expect(stored.past, 'one drag is one step of undo').toHaveLength(1)
})

test('groups, event and fields can be chosen', async ({ page }) => {
  const curve = page.getByRole('region', { name: 'Survival' })
  await curve.getByRole('combobox', { name: 'Compare groups by' }).click()
  await page.getByRole('option', { name: 'No groups' }).click()
  await ready(page, 'cohort')
  await expect(curve.getByText('Log-rank test')).toHaveCount(0)
  await expect(curve.getByText('All participants', { exact: true }).last()).toBeVisible()
  await curve.getByRole('combobox', { name: 'Compare groups by' }).click()
  await page.getByRole('option', { name: 'Sex', exact: true }).click()
  await ready(page, 'cohort')
  await expect(page.getByRole('columnheader', { name: 'Female' })).toBeVisible()
})

test('the figure is there as a table too', async ({ page }) => {
  await page.getByRole('button', { name: 'The figure as a table' }).click()
  const table = page.getByRole('region', { name: 'Survival' }).getByRole('table')
  await expect(table.getByRole('columnheader').first()).toBeVisible()
  expect(await table.getByRole('row').count()).toBeGreaterThan(4)
})

test.describe('a definition as text', () => {
  test.use({ provokes: [422] })

  test('is opened, counted and undone; a wrong one says where it is wrong', async ({ page }) => {
    const start = await cohortSize(page)
    const write = async (definition: object) => {
      await page.getByRole('button', { name: 'Definition' }).click()
      await page.getByLabel('Definition (JSON)').fill(JSON.stringify(definition))
      await page.getByRole('button', { name: 'Use this definition' }).click()
    }
    const definition = {
      version: 1,
      name: 'Women',
      dataset: 'clinical-classics',
      base: { table: 'pbc' },
      include: [{ id: 'women', rule: { field: 'pbc.sex', in: ['f'] } }],
    }
    await write(definition)
    await expect.poll(() => cohortSize(page)).toBe(374)

    await write({
      ...definition,
      include: [{ id: 'women', rule: { field: 'pbc.sexx', in: ['f'] } }],
    })
    await expect(page.getByRole('alert').filter({ hasText: 'pbc.sexx' }).first()).toBeVisible()

    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => cohortSize(page)).toBe(374)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => cohortSize(page)).toBe(start)
  })

  test('a limit above the other is said at its rule, and nothing pretends to be counted', async ({
    page,
  }) => {
    await page.getByLabel('From (mg/dL)').fill('20')
    const rule = page.locator('li[data-rule=bilirubin]')
    await expect(rule.getByRole('alert')).toContainText('the low end is above the high end')
    await expect(page.getByTestId('cohort-size')).toContainText('not counted as it stands')
    await expect(page.getByText('Of the last cohort that could be counted.')).toHaveCount(2)
    await expect(page.getByRole('button', { name: 'Save figure' })).toBeDisabled()
    expect(await violations(page)).toEqual([])
  })

  test('that is not one is refused before it replaces anything', async ({ page }) => {
    await page.getByRole('button', { name: 'Definition' }).click()
    await page.getByLabel('Definition (JSON)').fill('{"version": 3}')
    await page.getByRole('button', { name: 'Use this definition' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'version 1' })).toBeVisible()
  })
})
