import { expect, it } from 'vitest'
import type { Table1 } from '../../api/types'
import { lines, toTSV } from './table1'

const table: Table1 = {
  group_label: 'Treatment',
  excluded_missing: 0,
  smd_note: '',
  columns: [
    { key: 'overall', label: 'All', n: 3 },
    { key: '1', label: 'Placebo', n: 3 },
  ],
  rows: [
    {
      field: 'pbc.bili',
      label: 'Serum bilirubin',
      unit: 'mg/dL',
      kind: 'continuous',
      missing: [1, 0],
      smd: 0.1234,
      cells: [
        { n: 2, mean: 3.22, sd: 4.41, median: 1.35, q1: 0.8, q3: 3.43, min: 0.3, max: 28 },
        { n: 0, mean: null, sd: null, median: null, q1: null, q3: null, min: null, max: null },
      ],
    },
    {
      field: 'pbc.sex',
      label: 'Sex',
      unit: '',
      kind: 'categorical',
      missing: [0, 0],
      smd: null,
      levels: [
        {
          code: 'm',
          label: 'Male',
          cells: [
            { count: 1, percent: 33.333 },
            { count: 0, percent: null },
          ],
        },
      ],
    },
  ],
}

it('says the summary, the unit and what is missing', () => {
  const [bili, missing, sex, male] = lines(table, 'median')
  expect(bili).toMatchObject({
    label: 'Serum bilirubin (mg/dL)',
    summary: 'median (Q1 to Q3)',
    cells: ['1.35 (0.80 to 3.43)', '–'],
    smd: '0.123',
  })
  expect(missing).toMatchObject({ label: 'Not recorded, n', cells: ['1', '0'], indent: true })
  expect(sex).toMatchObject({ label: 'Sex', summary: 'n (%)', cells: ['', ''], smd: '–' })
  expect(male).toMatchObject({ label: 'Male', cells: ['1 (33.3 %)', '0'] })
  expect(lines(table, 'mean')[0]?.cells[0]).toBe('3.22 (4.41)')
})

it('pastes into a spreadsheet as it stands', () => {
  const rows = toTSV(table, 'median').slice(0, -1).split('\n')
  expect(rows[1]).toMatch(/^Serum bilirubin \(mg\/dL\), median \(Q1 to Q3\)\t1.35/)
  expect(rows[0]).toBe('\tAll (n = 3)\tPlacebo (n = 3)\tSMD')
  const risky = structuredClone(table)
  risky.rows[1]!.levels![0]!.label = '=1+1'
  expect(toTSV(risky, 'median')).toContain("\n'  =1+1\t")
  expect(new Set(rows.map((row) => row.split('\t').length))).toEqual(new Set([4]))
})
