import { Page } from '../../components/Page'

export function ModelPage() {
  return (
    <Page name="model" title="Model" ready>
      {null}
    </Page>
  )
}
