import { useEffect, useRef, useState, type ReactNode } from 'react'

/**
 * Lets a table or figure scroll sideways in itself where the page is narrow. The keyboard can
 * reach it then, and only then.
 */
export function Wide({ label, children }: { label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const [scrolls, setScrolls] = useState(false)

  useEffect(() => {
    const element = box.current!
    const measure = () => setScrolls(element.scrollWidth > element.clientWidth)
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    if (element.firstElementChild) watch.observe(element.firstElementChild)
    return () => watch.disconnect()
  }, [])

  const reachable = scrolls
    ? { role: 'region', tabIndex: 0, 'aria-label': `${label}, scrolls` }
    : {}
  return (
    <div ref={box} style={{ overflowX: 'auto' }} {...reachable}>
      {children}
    </div>
  )
}
