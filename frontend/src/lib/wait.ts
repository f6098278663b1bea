import { useEffect, useState } from 'react'

/** Whole seconds until a moment (milliseconds since 1970), counting down to 0. */
export function useSecondsUntil(moment: number): number {
  const [now, tick] = useState(Date.now)
  const left = Math.max(0, Math.ceil((moment - now) / 1000))

  useEffect(() => {
    tick(Date.now())
    const timer = setInterval(() => {
      tick(Date.now())
      if (Date.now() >= moment) clearInterval(timer)
    }, 250)
    return () => clearInterval(timer)
  }, [moment])

  return left
}
