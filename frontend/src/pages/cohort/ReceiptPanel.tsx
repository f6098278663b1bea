import { Text } from '@mantine/core'
import type { AnalysisResult } from '../../api/types'
import { Panel } from '../../components/Panel'
import classes from './CohortPage.module.css'

/** What was computed from what, in a sentence and exactly. */
export function ReceiptPanel({ results }: { results: AnalysisResult[] }) {
  const receipt = results[0]?.receipt
  if (!receipt) return null
  return (
    <Panel title="Methods and receipt">
      {results.map((result) => (
        <Text key={result.kind} size="sm" mb="xs">
          {result.methods}
        </Text>
      ))}
      <dl className={classes.receipt}>
        <dt>Dataset</dt>
        <dd>
          {receipt.dataset}, version {receipt.version}
        </dd>
        <dt>Schema</dt>
        <dd>
          <code>{receipt.fingerprint}</code>
        </dd>
        <dt>Cohort definition</dt>
        <dd>
          <code>{receipt.definition_hash}</code>
        </dd>
        {results.map((result) => (
          <Hash key={result.kind} result={result} />
        ))}
        <dt>Program</dt>
        <dd>{receipt.program}</dd>
      </dl>
    </Panel>
  )
}

const names: Record<string, string> = { kaplan_meier: 'Survival', table1: 'Table 1' }

const Hash = ({ result }: { result: AnalysisResult }) => (
  <>
    <dt>{names[result.kind] ?? result.kind}</dt>
    <dd>
      <code>{result.receipt.analysis_hash}</code>
    </dd>
  </>
)
