// The shapes of the API, under the names the pages use.
import type { Definition } from '../lib/definition'

export interface Level {
  code: string
  label: string
}

export interface Field {
  column: string
  label: string
  description?: string
  type: 'integer' | 'number' | 'category' | 'text' | 'date' | 'timestamp' | 'boolean'
  unit?: string
  nullable: boolean
  levels?: Level[]
}

export interface Table {
  id: string
  title: string
  description: string
  participant?: string
  order?: string
  grain: string
  rows: number
  source: string
  licence: string
  fields: Field[]
}

export interface Dataset {
  id: string
  version: string
  title: string
  description: string
  demonstration: boolean
  tables: Table[]
}

export interface DatasetSummary {
  id: string
  version: string
  title: string
  description: string
  tables: number
  participants: number
  rows: number
  bytes: number
  imported_at: string
}

export interface ModelSummary {
  id: string
  name: string
  format: string
  objective: string
  inputs: number
  trees: number
  /** What is predicted. */
  label: string
  classes: string[] | null
  bytes: number
  sha256: string
  added_at: string
}

export interface ModelFeature {
  name: string
  type: string
  unit?: string
  min?: number | null
  max?: number | null
  levels?: string[] | null
  missing: string
}

export type Model = ModelSummary & { features: ModelFeature[] | null }

export interface Activity {
  seq: number
  at: string
  action: string
  resource: string
  outcome: string
  detail?: string
}

export interface Overview {
  program: { version: string; commit: string; go: string }
  door: 'window' | 'serve'
  native: boolean
  vault: { home: string; demonstration: boolean; protection: string; created_at: string }
  demonstration_available: boolean
  datasets: DatasetSummary[]
  models: ModelSummary[]
  recent: Activity[]
}

export interface FoundField {
  dataset: string
  dataset_title: string
  table: string
  table_title: string
  field: string
  column: string
  label: string
  description?: string
  type: string
  unit?: string
  nullable: boolean
  levels?: Level[]
  score: number
}

export interface FieldSummary {
  field: string
  label: string
  unit?: string
  type: string
  n: number
  missing: number
  distinct: number
  numeric?: {
    min: number
    max: number
    mean: number
    sd: number | null
    q1: number
    median: number
    q3: number
    histogram: { edges: number[]; counts: number[] }
  }
  levels?: { code: string; label: string; count: number }[]
}

export interface AttritionStep {
  id: string
  kind: 'base' | 'include' | 'exclude'
  label: string
  sentence: string
  enabled: boolean
  before: number
  after: number
  removed: number
  without: number
}

export interface Evaluation {
  hash: string
  dataset: string
  version: string
  table: string
  population_title: string
  participants: number
  rows: number
  attrition: AttritionStep[]
}

export type Analysis =
  | {
      version: 1
      kind: 'kaplan_meier'
      cohort: Definition
      time: string
      event: { field: string; in: (string | number | boolean)[] }
      by?: string
      conf_level?: number
    }
  | { version: 1; kind: 'table1'; cohort: Definition; by?: string; fields: string[] }

export type Theme = 'light' | 'dark' | 'print'

export interface SurvivalGroup {
  code: string
  label: string
  n: number
  events: number
  median: { value: number | null; lower: number | null; upper: number | null }
}

export interface Survival {
  unit: string
  time_label: string
  n: number
  excluded_missing: number
  conf_level: number
  event_label: string
  group_label: string
  groups: SurvivalGroup[]
  log_rank?: { chi_square: number | null; df: number; p: number | null }
}

export interface ContinuousCell {
  n: number
  mean: number | null
  sd: number | null
  median: number | null
  q1: number | null
  q3: number | null
  min: number | null
  max: number | null
}

export interface Table1Row {
  field: string
  label: string
  unit?: string
  kind: 'continuous' | 'categorical'
  cells?: ContinuousCell[]
  levels?: { code: string; label: string; cells: { count: number; percent: number | null }[] }[]
  missing: number[]
  smd: number | null
}

export interface Table1 {
  group_label: string
  excluded_missing: number
  smd_note: string
  columns: { key: string; label: string; n: number }[]
  rows: Table1Row[]
}

export interface Figure {
  svg: string
  title: string
  description: string
  table: { caption: string; columns: string[]; rows: string[][] }
}

export interface Receipt {
  dataset: string
  version: string
  fingerprint: string
  definition_hash: string
  analysis_hash: string
  program: string
  at: string
}

export interface AnalysisResult {
  kind: string
  cohort: { hash: string; dataset: string; version: string; participants: number }
  survival?: Survival
  table1?: Table1
  figure?: Figure
  methods: string
  receipt: Receipt
}

export interface Prediction {
  row: number
  line: number
  scored: boolean
  probabilities?: number[] | null
  value?: number | null
  class?: number | null
  label?: string
  flags?: { feature: string; kind: string }[] | null
  refusal?: { place: string; message: string } | null
}

export interface MappedFeature {
  feature: string
  match: string
  column?: string
  candidates?: string[] | null
}

export interface Mapping {
  features: MappedFeature[] | null
  missing: string[] | null
  ambiguous: string[] | null
  unused: string[] | null
  duplicates: string[] | null
}

export interface Scores {
  model: ModelSummary
  rows: number
  scored: number
  refused: number
  mapping: Mapping
  classes: { label: string; count: number }[] | null
  flagged: Record<string, number>
  flagged_rows: number
  refusals: { place: string; message: string }[] | null
  predictions: Prediction[] | null
  truncated: boolean
  input_sha256: string
}
