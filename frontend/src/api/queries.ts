// What the pages ask for and keep: one hook per question, all in one query cache.
import { QueryClient, keepPreviousData, useQuery } from '@tanstack/react-query'
import { get } from './client'
import { Problem } from './problem'
import type { Dataset, FieldSummary, FoundField, Model, Overview } from './types'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      networkMode: 'always', // the backend is on this machine; being offline is normal
      // A refusal stands; only silence is worth asking again, once.
      retry: (failures, error) => failures < 1 && !(error instanceof Problem),
    },
    mutations: { networkMode: 'always' },
  },
})

// Answers to what is being edited stay as long as the page does (see live.ts).
queryClient.setQueryDefaults(['live'], { gcTime: Infinity, staleTime: Infinity })

const vault = '/api/v1'

export const useOverview = () =>
  useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => get<Overview>(`${vault}/overview`, { signal }),
    refetchOnMount: 'always', // recent activity moves with everything one does
  })

const datasetQuery = (id: string) => ({
  queryKey: ['dataset', id],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    get<Dataset>(`${vault}/datasets/${encodeURIComponent(id)}`, { signal }),
})

export const useDataset = (id: string | undefined) =>
  useQuery({ ...datasetQuery(id ?? ''), enabled: !!id })

export const fetchDataset = (id: string) => queryClient.fetchQuery(datasetQuery(id))

export const useFieldSummary = (dataset: string | undefined, field: string | undefined) =>
  useQuery({
    queryKey: ['summary', dataset, field],
    enabled: !!dataset && !!field,
    staleTime: Infinity, // a dataset version never changes
    queryFn: ({ signal }) =>
      get<FieldSummary>(
        `${vault}/datasets/${encodeURIComponent(dataset!)}/fields/${encodeURIComponent(field!)}/summary`,
        { signal },
      ),
  })

export const useFields = (q: string, dataset: string | undefined) =>
  useQuery({
    queryKey: ['fields', q, dataset],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      get<{ total: number; fields: FoundField[] }>(`${vault}/fields`, {
        query: { q, dataset, limit: 1000 },
        signal,
      }),
  })

export const useModel = (id: string | undefined) =>
  useQuery({
    queryKey: ['model', id],
    enabled: !!id,
    queryFn: ({ signal }) => get<Model>(`${vault}/models/${encodeURIComponent(id!)}`, { signal }),
  })
