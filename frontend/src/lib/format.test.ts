import { describe, expect, it } from 'vitest'
import {
  alike,
  bytes,
  count,
  counted,
  date,
  fixed,
  interval,
  number,
  percent,
  pValue,
  withUnit,
} from './format'

describe('numbers', () => {
  it.each([
    [0, '0'],
    [5, '5'],
    [1.4, '1.40'],
    [0.8, '0.80'],
    [0.0526, '0.0526'],
    [318.27, '318'],
    [-2.5, '−2.50'],
    [12345.6, '12,346'],
    [0.00001234, '1.23e-5'],
    [null, '–'],
    [Number.NaN, '–'],
    [Infinity, '–'],
  ])('%s reads %s', (x, words) => expect(number(x)).toBe(words))

  it('keeps fixed places for columns that align', () => {
    expect(fixed(0.1, 3)).toBe('0.100')
    expect(fixed(-0.1, 3)).toBe('−0.100')
    expect(fixed(null, 3)).toBe('–')
  })
})

it('counts with the right noun', () => {
  expect(count(1234567)).toBe('1,234,567')
  expect(counted(1, 'participant')).toBe('1 participant')
  expect(counted(0, 'participant')).toBe('0 participants')
})

it('says what was not reached instead of leaving a hole', () => {
  expect(interval(3358, 2847, null)).toBe('3,358 (2,847 to not reached)')
  expect(interval(null, 2847, null)).toBe('not reached')
})

it('never prints a p-value of zero', () => {
  expect(pValue(0)).toBe('< 0.001')
  expect(pValue(0.0499)).toBe('= 0.050')
  expect(pValue(null)).toBe('–')
})

it('writes shares, units, sizes and days', () => {
  expect(percent(0.4213)).toBe('42.1 %')
  expect(percent(1)).toBe('100.0 %')
  expect(percent(0)).toBe('0.0 %')
  expect(percent(0.99957)).toBe('> 99.9 %')
  expect(percent(0.00043)).toBe('< 0.1 %')
  expect(percent(Number.NaN)).toBe('–')
  expect(withUnit('Age', 'years')).toBe('Age (years)')
  expect(withUnit('Sex', '')).toBe('Sex')
  expect(bytes(999)).toBe('999 bytes')
  expect(bytes(432123)).toBe('432 kB')
  expect(date('2026-11-22T08:00:00Z')).toMatch(/22 Nov 2026/)
  expect(date('nonsense')).toBe('–')
})

it('gives numbers that stand together the same places', () => {
  expect(alike([1.3, 0.7, 3])).toEqual(['1.30', '0.70', '3.00'])
  expect(alike([67.5, 40, 111])).toEqual(['67.5', '40.0', '111.0'])
  expect(alike([303, 249, null])).toEqual(['303', '249', '–'])
})
