import { useLayoutEffect, useRef } from 'react'
import classes from './charts.module.css'

/** A figure as the backend drew it, with anything that could run or fetch taken out. */
export function Figure({ svg }: { svg: string }) {
  const holder = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const figure = readSVG(svg)
    if (figure) holder.current?.replaceChildren(figure)
  }, [svg])
  return <div ref={holder} className={classes.figure} />
}

/** Reads an SVG document; undefined when it is none. */
export function readSVG(svg: string): SVGSVGElement | undefined {
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
  if (root.localName !== 'svg') return undefined
  root
    .querySelectorAll('script, foreignObject, style, iframe, image, a, animate, set')
    .forEach((element) => element.remove())
  for (const element of [root, ...root.querySelectorAll('*')])
    for (const { name, value } of [...element.attributes])
      if (/^on/i.test(name) || name === 'style' || (/href$/i.test(name) && !value.startsWith('#')))
        element.removeAttribute(name)
  return document.importNode(root, true) as unknown as SVGSVGElement
}
