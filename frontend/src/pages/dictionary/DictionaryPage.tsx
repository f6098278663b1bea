import { Page } from '../../components/Page'

export function DictionaryPage() {
  return (
    <Page name="dictionary" title="Dictionary" ready>
      {null}
    </Page>
  )
}
