// What the pages ask the backend to do.
import type { Definition } from '../lib/definition'
import { answer, api, fileOf, lane, upload } from './client'
import { queryClient } from './queries'
import type { Analysis, Theme } from './types'

/** Everything known may be old now. */
const refresh = () => queryClient.invalidateQueries()

export async function loadDemonstration() {
  const loaded = await answer(api.POST('/api/v1/demonstration'))
  await refresh()
  return loaded
}

export async function importDataset(folder: string) {
  const dataset = await answer(api.POST('/api/v1/datasets', { body: { folder } }))
  await refresh()
  return dataset
}

export async function addModel(name: string, bytes: ArrayBuffer) {
  const params = { query: { name } }
  const model = await answer(api.POST('/api/v1/models', { params, ...upload(bytes) }))
  await refresh()
  return model
}

export const evaluateCohort = (definition: Definition, signal?: AbortSignal) =>
  answer(
    api.POST('/api/v1/cohorts/evaluate', {
      params: { header: lane('cohort') },
      body: { definition },
      signal,
    }),
  )

export const analyse = (analysis: Analysis, theme: Theme, signal?: AbortSignal) =>
  answer(
    api.POST('/api/v1/analyses', {
      params: { header: lane(analysis.kind) },
      body: { analysis, theme },
      signal,
    }),
  )

export const exportFigure = (analysis: Analysis, theme: Theme) =>
  fileOf(
    api.POST('/api/v1/analyses/export', {
      body: { analysis, theme, format: 'svg' },
      parseAs: 'arrayBuffer',
    }),
  )

/** Scores the rows of a CSV and lists the first `limit` predictions. */
export const score = (model: string, name: string, bytes: ArrayBuffer, limit: number) =>
  answer(
    api.POST('/api/v1/models/{model}/score', {
      params: { path: { model }, query: { name, limit } },
      ...upload(bytes),
    }),
  )

/** All predictions as a CSV. */
export const scoreToCSV = (model: string, name: string, bytes: ArrayBuffer) =>
  fileOf(
    api.POST('/api/v1/models/{model}/score-csv', {
      params: { path: { model }, query: { name } },
      ...upload(bytes),
      parseAs: 'arrayBuffer',
    }),
  )

// Only the program's own window can do these.

export const chooseFolder = (title: string) =>
  answer(api.POST('/api/v1/native/choose-folder', { body: { title } }))

export const saveFigure = (analysis: Analysis, theme: Theme, suggested: string) =>
  answer(
    api.POST('/api/v1/native/save-figure', { body: { analysis, theme, format: 'svg', suggested } }),
  )
