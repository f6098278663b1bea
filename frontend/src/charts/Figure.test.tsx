import { render } from '@testing-library/react'
import { expect, it } from 'vitest'
import { Figure, readSVG } from './Figure'

const ns = 'xmlns="http://www.w3.org/2000/svg"'

it('takes out what could run or fetch and keeps the drawing', () => {
  const root = readSVG(
    `<svg ${ns} onload="x()"><title>KM</title><script>x()</script><style>*{}</style>` +
      `<image href="http://elsewhere/x.png"/><g onclick="x()" style="fill:red" data-series="0">` +
      `<path d="M0 0h1" stroke="#000"/><use href="#mark"/><use href="http://elsewhere/#x"/></g></svg>`,
  )!
  expect(root.querySelector('script, style, image')).toBeNull()
  expect(root.outerHTML).not.toMatch(/onload|onclick|style=|elsewhere/)
  expect(root.querySelector('[data-series="0"] path')).not.toBeNull()
  expect(root.querySelector('use')?.getAttribute('href')).toBe('#mark')
})

it('draws nothing where there is no drawing', () => {
  expect(readSVG('not xml')).toBeUndefined()
  expect(readSVG('<html xmlns="http://www.w3.org/1999/xhtml"/>')).toBeUndefined()
})

it('replaces the drawing when it changes', () => {
  const { container, rerender } = render(<Figure svg={`<svg ${ns}><title>one</title></svg>`} />)
  rerender(<Figure svg={`<svg ${ns}><title>two</title></svg>`} />)
  expect(container.querySelectorAll('svg')).toHaveLength(1)
  expect(container.textContent).toBe('two')
})
