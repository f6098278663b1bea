import fc from 'fast-check'
import { expect, it } from 'vitest'
import { niceStep, sliderDomain, snap } from './scale'

it('steps by 1, 2 or 5', () => {
  expect(niceStep(27.7, 200)).toBeCloseTo(0.2)
  expect(niceStep(100, 200)).toBe(0.5)
  expect(niceStep(100, 200, true)).toBe(1)
  expect(niceStep(0, 200)).toBe(1)
})

it('leaves no dust behind', () => {
  expect(snap(0.1 + 0.2, 0.1)).toBe(0.3)
  expect(snap(1234.4, 10)).toBe(1230)
})

it('always holds the values it was made for', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.boolean(),
      (min, width, whole) => {
        const max = min + width
        const domain = sliderDomain(min, max, whole)
        const slack = domain.step * 1e-6 + 1e-6
        expect(domain.min).toBeLessThanOrEqual(min + slack)
        expect(domain.max).toBeGreaterThanOrEqual(max - slack)
        expect((domain.max - domain.min) / domain.step).toBeLessThanOrEqual(203)
      },
    ),
    { seed: 7, numRuns: 200 },
  )
})
