import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Evaluation } from '../../api/types'
import { queryClient } from '../../api/queries'
import type { Definition } from '../../lib/definition'
import { draft, newDraft, restart, useDraft } from '../../state/draft'
import { show } from '../../test/page'
import { pbc } from '../../test/pbc'
import { Rules } from './Rules'

const definition: Definition = {
  version: 1,
  name: 'Randomised',
  dataset: 'clinical-classics',
  base: { table: 'pbc' },
  include: [
    { id: 'randomised', label: 'Randomised', rule: { field: 'pbc.trt', missing: false } },
    { id: 'bilirubin', rule: { field: 'pbc.bili', between: [null, 10] } },
    { id: 'sex', rule: { field: 'pbc.sex', in: ['m', 'f'] } },
  ],
  exclude: [],
}

const step = (id: string, before: number, after: number, without: number) => ({
  id,
  kind: 'include' as const,
  label: id,
  sentence: `Sentence of ${id}`,
  enabled: true,
  before,
  after,
  removed: before - after,
  without,
})

const evaluation: Evaluation = {
  name: 'Randomised',
  hash: 'h',
  dataset: 'clinical-classics',
  version: '2026.11',
  table: 'pbc',
  population_title: 'PBC',
  participants: 288,
  rows: 288,
  attrition: [
    { ...step('base', 418, 418, 418), kind: 'base' },
    step('randomised', 418, 312, 385),
    step('bilirubin', 312, 288, 312),
    step('sex', 288, 288, 288),
  ],
}

function Shown() {
  const now = useDraft()!.present.definition
  return (
    <Rules
      definition={now}
      table={pbc}
      live={{ answer: evaluation, problem: undefined, stale: false, retry: () => {} }}
      onText={() => {}}
    />
  )
}

/** What a restart would find. */
const saved = (): Definition => {
  restart()
  return JSON.parse(localStorage.getItem('vitrine.draft.1')!).present.definition
}

beforeEach(() => {
  restart()
  localStorage.clear()
  queryClient.clear()
  queryClient.setQueryData(['summary', 'clinical-classics', 'pbc.sex'], {
    field: 'pbc.sex',
    label: 'Sex',
    type: 'category',
    n: 418,
    missing: 0,
    distinct: 2,
    levels: [
      { code: 'm', label: 'Male', count: 44 },
      { code: 'f', label: 'Female', count: 374 },
    ],
  })
  queryClient.setQueryData(['summary', 'clinical-classics', 'pbc.bili'], {
    field: 'pbc.bili',
    label: 'Serum bilirubin',
    type: 'number',
    n: 418,
    missing: 0,
    distinct: 98,
    numeric: {
      min: 0.3,
      max: 28,
      mean: 3.22,
      sd: 4.41,
      q1: 0.8,
      median: 1.4,
      q3: 3.4,
      histogram: { edges: [0, 14, 28], counts: [400, 18] },
    },
  })
  draft.replace(newDraft(definition))
})

describe('rules', () => {
  it('say whom they leave and what the cohort would be without them', () => {
    show(<Shown />)
    const rule = screen.getByRole('switch', { name: 'Apply: Randomised' }).closest('li')!
    expect(within(rule).getByText('312 participants left')).toBeTruthy()
    expect(within(rule).getByText('−106 · 385 without it')).toBeTruthy()
  })

  it('are switched off without being lost', async () => {
    show(<Shown />)
    await userEvent.click(screen.getByRole('switch', { name: 'Apply: Randomised' }))
    expect(screen.getByText('Off: kept, not applied')).toBeTruthy()
    expect(saved().include[0]).toMatchObject({ id: 'randomised', enabled: false })
  })

  it('are reordered by keyboard', async () => {
    show(<Shown />)
    screen.getByRole('switch', { name: 'Apply: Randomised' }).focus()
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}')
    expect(saved().include.map(({ id }) => id)).toEqual(['bilirubin', 'randomised', 'sex'])
  })

  it('take a typed limit, and an emptied one is no limit', async () => {
    show(<Shown />)
    const to = screen.getByLabelText('To (mg/dL)')
    await userEvent.clear(to)
    await userEvent.type(to, '3.5')
    await userEvent.type(screen.getByLabelText('From (mg/dL)'), '1')
    expect(saved().include[1]?.rule).toEqual({ field: 'pbc.bili', between: [1, 3.5] })
  })

  it('take values by checkbox, with their counts', async () => {
    show(<Shown />)
    await userEvent.click(screen.getByRole('button', { name: 'Sentence of sex' }))
    const group = screen.getByRole('group', { name: 'Values of Sex' })
    expect(within(group).getByText('n = 374')).toBeTruthy()
    await userEvent.click(within(group).getByRole('checkbox', { name: /Female/ }))
    expect(saved().include[2]?.rule).toEqual({ field: 'pbc.sex', in: ['m'] })
  })

  it('are added by searching the fields', async () => {
    show(<Shown />)
    await userEvent.type(screen.getByRole('combobox', { name: 'Add an exclusion rule' }), 'phosph')
    await userEvent.click(await screen.findByRole('option', { name: /Alkaline phosphatase/ }))
    expect(saved().exclude).toEqual([
      { id: 'alk-phos', rule: { field: 'pbc.alk.phos', missing: true } },
    ])
  })
})
