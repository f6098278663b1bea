// Answers that follow what a person is editing: the last answer stays, dimmed, until
// the next one arrives, also across pages.
import { useCallback, useEffect, useRef, useState } from 'react'
import { createLane, type Lane } from '../lib/lane'
import { asProblem, isSuperseded, type Problem } from './problem'
import { queryClient } from './queries'

export interface Live<Answer> {
  answer: Answer | undefined
  problem: Problem | undefined
  /** The answer shown is not yet the one for the present question. */
  stale: boolean
  /** Asks the same question again. */
  retry: () => void
}

/**
 * Asks again whenever the question changes (by its JSON). An undefined question asks
 * nothing. `ask` must be stable.
 */
export function useLive<Q, A>(
  name: string,
  question: Q | undefined,
  ask: (question: Q, signal: AbortSignal) => Promise<A>,
): Live<A> {
  const [, redraw] = useState(0)
  const lane = useRef<Lane<Q>>(undefined)
  const text = question === undefined ? undefined : JSON.stringify(question)

  useEffect(() => {
    const keep = (state: Kept) => {
      queryClient.setQueryData(['live', name], state)
      redraw((n) => n + 1)
    }
    lane.current = createLane<Q, A>({
      ask,
      onAnswer: (answer, asked) => keep({ answer, text: JSON.stringify(asked) }),
      onError: (error, asked) => {
        if (isSuperseded(error)) return
        keep({ ...kept(name), problem: asProblem(error), text: JSON.stringify(asked) })
      },
    })
    return () => lane.current?.close()
  }, [name, ask])

  useEffect(() => {
    if (text === undefined) return
    const last = kept(name)
    if (last.text !== text || last.problem) lane.current?.submit(JSON.parse(text) as Q)
  }, [name, ask, text])

  const retry = useCallback(() => {
    if (text !== undefined) lane.current?.submit(JSON.parse(text) as Q)
  }, [text])

  const last = kept(name)
  const current = last.text === text
  return {
    answer: last.answer as A | undefined,
    problem: current ? last.problem : undefined,
    stale: text !== undefined && !current,
    retry,
  }
}

interface Kept {
  answer?: unknown
  problem?: Problem
  text?: string
}

const kept = (name: string): Kept => queryClient.getQueryData<Kept>(['live', name]) ?? {}
