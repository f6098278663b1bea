import { Page } from '../../components/Page'

export function CohortPage() {
  return (
    <Page name="cohort" title="Cohort" ready>
      {null}
    </Page>
  )
}
