import { expect, it } from 'vitest'
import { takeToken, token, tokenIn } from './token'

it('takes the token out of the address and keeps it for this tab', () => {
  window.location.hash = '#token=abc%2B1'
  takeToken()
  expect(token()).toBe('abc+1')
  expect(window.location.href).not.toContain('abc')
})

it('leaves other addresses alone', () => {
  window.location.hash = '#/cohort'
  takeToken()
  expect(window.location.hash).toBe('#/cohort')
})

it('finds the token in what was pasted', () => {
  expect(tokenIn(' http://127.0.0.1:7411/#token=XYZ ')).toBe('XYZ')
  expect(tokenIn(' XYZ\n')).toBe('XYZ')
})
