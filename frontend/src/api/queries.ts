// What the pages ask for and keep: one hook per question, all in one query cache.
import { QueryClient, keepPreviousData, useQuery } from '@tanstack/react-query'
import { answer, api } from './client'
import { Problem } from './problem'

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

export const useOverview = () =>
  useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/overview', { signal })),
    refetchOnMount: 'always', // recent activity moves with everything one does
  })

const datasetQuery = (dataset: string) => ({
  queryKey: ['dataset', dataset],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    answer(api.GET('/api/v1/datasets/{dataset}', { params: { path: { dataset } }, signal })),
})

export const useDataset = (id: string | undefined) =>
  useQuery({ ...datasetQuery(id ?? ''), enabled: !!id })

export const fetchDataset = (id: string) => queryClient.fetchQuery(datasetQuery(id))

export const useFieldSummary = (dataset = '', field = '') =>
  useQuery({
    queryKey: ['summary', dataset, field],
    enabled: !!dataset && !!field,
    staleTime: Infinity, // a dataset version never changes
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/datasets/{dataset}/fields/{field}/summary', {
          params: { path: { dataset, field } },
          signal,
        }),
      ),
  })

export const useFields = (q: string, dataset: string | undefined) =>
  useQuery({
    queryKey: ['fields', q, dataset],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/fields', { params: { query: { q, dataset, limit: 1000 } }, signal })),
  })

export const useModel = (id: string | undefined) =>
  useQuery({
    queryKey: ['model', id],
    enabled: !!id,
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/models/{model}', { params: { path: { model: id! } }, signal })),
  })
