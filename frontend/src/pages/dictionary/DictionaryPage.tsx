import { NativeSelect, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, useState } from 'react'
import { asProblem } from '../../api/problem'
import { useFields, useOverview } from '../../api/queries'
import { Announcer } from '../../components/Announcer'
import { Empty } from '../../components/Empty'
import { Loading } from '../../components/Loading'
import { Page } from '../../components/Page'
import { PageLink } from '../../components/PageLink'
import { ProblemNote } from '../../components/ProblemNote'
import { counted } from '../../lib/format'
import { useContribute } from '../../state/actions'
import { FieldDetail } from './FieldDetail'
import { FieldList } from './FieldList'
import classes from './DictionaryPage.module.css'

/** Every field of every dataset: what it means, its unit, its codes, how much is missing. */
export function DictionaryPage() {
  const search = useSearch({ from: '/dictionary' })
  const navigate = useNavigate({ from: '/dictionary' })
  const box = useFocusedBySlash()
  const [words, setWords] = useState(search.q ?? '')
  const [settled] = useDebouncedValue(words, 120)
  const overview = useOverview()
  const { data, error, isPending, isPlaceholderData } = useFields(settled, search.dataset)

  useEffect(() => {
    void navigate({ search: (old) => ({ ...old, q: settled || undefined }), replace: true })
  }, [settled, navigate])

  const fields = data?.fields ?? []
  const chosen = fields.find((field) => key(field) === search.field) ?? fields[0]
  const found = data ? counted(data.total, 'field') : ''
  const datasets = overview.data?.datasets ?? []

  return (
    <Page
      name="dictionary"
      title="Dictionary"
      intro="Every field of every dataset in the vault."
      ready={!isPending && !isPlaceholderData && !overview.isPending}
    >
      <div className={classes.search}>
        <TextInput
          ref={box}
          type="search"
          label="Search"
          description="Name, label, unit or code; all words must occur"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <NativeSelect
          label="Dataset"
          description="Where to look"
          value={search.dataset ?? ''}
          data={[
            { value: '', label: 'All datasets' },
            ...datasets.map(({ id, title }) => ({ value: id, label: title })),
          ]}
          onChange={(event) => {
            const dataset = event.currentTarget.value || undefined
            void navigate({ search: (old) => ({ ...old, dataset }) })
          }}
        />
      </div>
      <Announcer text={found && `${found} found`} />
      {error && <ProblemNote problem={asProblem(error)} />}
      {isPending && <Loading what="Reading the dictionary" />}
      {data && fields.length === 0 && (
        <Empty action={datasets.length === 0 && <PageLink to="/">Go to Home</PageLink>}>
          {datasets.length === 0
            ? 'There is no dataset in the vault yet.'
            : 'No field has all of these words. Try fewer, or part of a word.'}
        </Empty>
      )}
      {data && fields.length > 0 && (
        <div className={classes.columns}>
          <section aria-label="Fields found" className={isPlaceholderData ? 'stale' : undefined}>
            <Text size="sm" c="dimmed" mb={4} className="numeric">
              {found}
              {data.total > fields.length && `, the first ${fields.length} shown`}
            </Text>
            <FieldList
              fields={fields}
              chosen={chosen && key(chosen)}
              onChoose={(field) =>
                void navigate({ search: (old) => ({ ...old, field: key(field) }), replace: true })
              }
            />
          </section>
          {chosen && <FieldDetail field={chosen} />}
        </div>
      )}
    </Page>
  )
}

const key = ({ dataset, field }: { dataset: string; field: string }) => `${dataset}/${field}`

/** The search box, which "/" brings the focus to. */
function useFocusedBySlash() {
  const box = useRef<HTMLInputElement>(null)
  const actions = useMemo(
    () => [
      {
        id: 'search-fields',
        label: 'Search the dictionary',
        group: 'Dictionary',
        shortcut: '/',
        run: () => box.current?.focus(),
      },
    ],
    [],
  )
  useContribute('dictionary', actions)
  return box
}
