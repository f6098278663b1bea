import { VisuallyHidden } from '@mantine/core'
import { useEffect, useState } from 'react'

/** Says a result aloud once it has settled, so that a moving slider does not chatter. */
export function Announcer({ text, settle = 700 }: { text: string; settle?: number }) {
  const [said, say] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => say(text), settle)
    return () => clearTimeout(timer)
  }, [text, settle])
  return <VisuallyHidden role="status">{said}</VisuallyHidden>
}
