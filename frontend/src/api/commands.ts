// What the pages ask the backend to do.
import { post, postForBytes } from './client'
import { queryClient } from './queries'
import type {
  Analysis,
  AnalysisResult,
  DatasetSummary,
  Evaluation,
  ModelSummary,
  Scores,
  Theme,
} from './types'
import type { Definition } from '../lib/definition'

/** Everything known may be old now. */
const refresh = () => queryClient.invalidateQueries()

export async function loadDemonstration() {
  const loaded = await post<{ already: boolean }>('/api/v1/demonstration')
  await refresh()
  return loaded
}

export async function importDataset(folder: string) {
  const dataset = await post<DatasetSummary>('/api/v1/datasets', { json: { folder } })
  await refresh()
  return dataset
}

export async function addModel(name: string, bytes: ArrayBuffer) {
  const model = await post<ModelSummary>('/api/v1/models', { query: { name }, bytes })
  await refresh()
  return model
}

export const evaluateCohort = (definition: Definition, signal?: AbortSignal) =>
  post<Evaluation>('/api/v1/cohorts/evaluate', { json: { definition }, lane: 'cohort', signal })

export const analyse = (analysis: Analysis, theme: Theme, signal?: AbortSignal) =>
  post<AnalysisResult>('/api/v1/analyses', {
    json: { analysis, theme },
    lane: analysis.kind,
    signal,
  })

export const exportFigure = (analysis: Analysis, theme: Theme) =>
  postForBytes('/api/v1/analyses/export', { json: { analysis, theme, format: 'svg' } })

export const score = (model: string, name: string, bytes: ArrayBuffer, limit: number) =>
  post<Scores>(`/api/v1/models/${encodeURIComponent(model)}/score`, {
    query: { name, limit },
    bytes,
  })

export const scoreToCSV = (model: string, name: string, bytes: ArrayBuffer) =>
  postForBytes(`/api/v1/models/${encodeURIComponent(model)}/score-csv`, { query: { name }, bytes })

// Only the program's own window can do these.

export const chooseFolder = (title: string) =>
  post<{ path: string }>('/api/v1/native/choose-folder', { json: { title } })

export const saveFigure = (analysis: Analysis, theme: Theme, suggested: string) =>
  post<{ path: string; saved: boolean }>('/api/v1/native/save-figure', {
    json: { analysis, theme, format: 'svg', suggested },
  })
