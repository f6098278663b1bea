// The shapes of the API under the names the pages use. All of them are generated from
// the backend's Go types; the two documents a person writes are described by hand,
// because the API hands them on unread.
import type { components } from './schema.gen'
import type { Definition, Predicate } from '../lib/definition'

type Schemas = components['schemas']

export type VaultState = Schemas['VaultState']
export type Secret = Schemas['Secret']
export type CheckReport = Schemas['CheckReport']
export type Overview = Schemas['Overview']
export type Activity = Schemas['Activity']
export type DatasetSummary = Schemas['DatasetSummary']
export type Dataset = Schemas['Dataset']
export type Table = Schemas['Table']
export type Field = Schemas['Field']
export type FoundField = Schemas['FieldEntry']
export type FieldSummary = Schemas['FieldSummary']

export type Evaluation = Schemas['CohortCounts']
export type AttritionStep = Schemas['Step']
export type AnalysisResult = Schemas['Answer']
export type Survival = Schemas['Survival']
export type Table1 = Schemas['Baseline']
export type Table1Row = Schemas['BaselineRow']
export type ContinuousCell = Schemas['ContinuousCell']
export type Figure = Schemas['Figure']

export type ModelSummary = Schemas['ModelSummary']
export type Model = Schemas['ModelDetail']
export type ModelFeature = Schemas['Feature']
export type Scores = Schemas['Scores']
export type Mapping = Schemas['Mapping']
export type MappedFeature = Schemas['MappedFeature']
export type Prediction = Schemas['RowPrediction']

export type Theme = Schemas['FigureBody']['theme']

/** A question about a cohort, as docs/ describes it. */
export type Analysis =
  | {
      version: 1
      kind: 'kaplan_meier'
      cohort: Definition
      time: string
      event: Predicate
      by?: string
      conf_level?: number
    }
  | { version: 1; kind: 'table1'; cohort: Definition; by?: string; fields: string[] }
