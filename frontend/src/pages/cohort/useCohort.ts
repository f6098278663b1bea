import { useMemo } from 'react'
import { analyse, evaluateCohort } from '../../api/commands'
import { useLive, type Live } from '../../api/live'
import type { Analysis, AnalysisResult, Evaluation, Table, Theme } from '../../api/types'
import { written, type Definition } from '../../lib/definition'
import { useDraft } from '../../state/draft'
import { resolve, type Asked } from './fields'

/** The questions of a draft, as they are sent. */
export interface Questions {
  asked: Asked
  survival?: Analysis
  table1?: Analysis
}

export function questionsOf(cohort: Definition, asked: Asked): Questions {
  const { time, event, by, fields } = asked
  const common = { version: 1 as const, cohort: written(cohort), ...(by ? { by } : {}) }
  return {
    asked,
    survival:
      time && event?.in.length ? { ...common, kind: 'kaplan_meier', time, event } : undefined,
    table1: fields.length ? { ...common, kind: 'table1', fields } : undefined,
  }
}

interface Themed {
  analysis: Analysis
  theme: Theme
}

const count = (definition: Definition, signal: AbortSignal) =>
  evaluateCohort(written(definition), signal)
const answer = ({ analysis, theme }: Themed, signal: AbortSignal) =>
  analyse(analysis, theme, signal)

export interface Answers {
  cohort: Live<Evaluation>
  survival: Live<AnalysisResult>
  table1: Live<AnalysisResult>
}

/** Counts, curve and Table 1 of the draft, following every change. */
export function useAnswers(
  definition: Definition | undefined,
  questions: Questions | undefined,
  version: string | undefined,
  theme: Theme,
): Answers {
  const themed = (analysis: Analysis | undefined) => analysis && { analysis, theme }
  return {
    cohort: useLive(`cohort@${version}`, definition, count),
    survival: useLive(`survival@${version}`, themed(questions?.survival), answer),
    table1: useLive(`table1@${version}`, themed(questions?.table1), answer),
  }
}

/** The present draft with what is asked of it. */
export function useQuestions(table: Table | undefined) {
  const { definition, question } = useDraft()?.present ?? {}
  // A moving slider changes the definition only: what is asked of it stays the same value.
  const asked = useMemo(
    () => (question && table ? resolve(table, question) : undefined),
    [question, table],
  )
  return useMemo(
    () => (definition && asked ? questionsOf(definition, asked) : undefined),
    [definition, asked],
  )
}
