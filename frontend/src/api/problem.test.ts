import { expect, it } from 'vitest'
import { asProblem, isSuperseded, Problem, problemOf } from './problem'

it('reads what the backend wrote', () => {
  const response = new Response(null, { status: 422, headers: { 'Vitrine-Request': 'abc' } })
  const problem = problemOf(response, {
    title: 'This cannot be used as it is',
    detail: 'The file has rows of different lengths.',
    code: 'csv-ragged',
    place: 'visits.csv, line 7',
    hint: 'Export the file again.',
    errors: [{ location: 'line 7', message: '5 values where the header has 6' }],
  })
  expect(problem).toMatchObject({
    status: 422,
    code: 'csv-ragged',
    message: 'The file has rows of different lengths.',
    place: 'visits.csv, line 7',
    hint: 'Export the file again.',
    request: 'abc',
  })
  expect(problem.details).toHaveLength(1)
})

it('makes a problem of anything', () => {
  expect(problemOf(new Response(null, { status: 502 }), undefined)).toMatchObject({
    code: 'http-502',
  })
  expect(asProblem(new TypeError('Failed to fetch'))).toMatchObject({ code: 'unreachable' })
  expect(asProblem('oh').message).toBe('oh')
})

it('knows what needs no telling', () => {
  expect(isSuperseded(new DOMException('', 'AbortError'))).toBe(true)
  expect(isSuperseded(new Problem(409, 'superseded', '', ''))).toBe(true)
  expect(isSuperseded(new Problem(409, 'vault-busy', '', ''))).toBe(false)
})
