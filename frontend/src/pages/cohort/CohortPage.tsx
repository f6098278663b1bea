import { ActionIcon, Alert, Button, useComputedColorScheme } from '@mantine/core'
import { IconArrowBackUp, IconArrowForwardUp, IconBraces } from '@tabler/icons-react'
import { useCallback, useEffect, useState } from 'react'
import { asProblem } from '../../api/problem'
import { useDataset, useOverview } from '../../api/queries'
import type { Dataset, Overview, Table } from '../../api/types'
import { Empty } from '../../components/Empty'
import { Loading } from '../../components/Loading'
import { Page } from '../../components/Page'
import { PageLink } from '../../components/PageLink'
import { ProblemNote } from '../../components/ProblemNote'
import { modKey } from '../../lib/window'
import { draft, newDraft, useDraft, type Draft } from '../../state/draft'
import { CohortSide } from './CohortSide'
import { DefinitionDialog } from './DefinitionDialog'
import { ReceiptPanel } from './ReceiptPanel'
import { startingDefinition } from './start'
import { SurvivalPanel } from './SurvivalPanel'
import { Table1Panel } from './Table1Panel'
import { useAnswers, useQuestions, type Answers } from './useCohort'
import { useCohortActions, useSaveFigure } from './useCohortActions'
import classes from './CohortPage.module.css'

/** Who is in, who is out, how long until the event, and who they are. */
export function CohortPage() {
  const overview = useOverview()
  const history = useDraft()
  const held = overview.data?.datasets.map(({ id }) => id) ?? []
  const wanted = history?.present.definition.dataset
  const id = wanted && held.includes(wanted) ? wanted : held[0]
  const dataset = useDataset(id)
  const table = dataset.data?.tables.find(({ id }) => id === history?.present.definition.base.table)

  useEffect(() => {
    const first = dataset.data?.tables[0]
    if (dataset.data && first) draft.begin(newDraft(startingDefinition(dataset.data, first)))
  }, [dataset.data])

  const error = overview.error ?? dataset.error
  if (overview.data && dataset.data && history && table && wanted === id)
    return (
      <Workbench
        overview={overview.data}
        dataset={dataset.data}
        table={table}
        draft={history.present}
      />
    )
  return (
    <Page name="cohort" title="Cohort" ready={!overview.isPending && !dataset.isLoading}>
      {error && <ProblemNote problem={asProblem(error)} />}
      {!error && (overview.isPending || dataset.isLoading) && (
        <Loading what="Opening the dataset" />
      )}
      {overview.data && held.length === 0 && (
        <Empty action={<PageLink to="/">Go to Home</PageLink>}>
          There is no dataset in the vault yet. Load the demonstration data or import a dataset
          folder first.
        </Empty>
      )}
      {dataset.data && history && <Lost draft={history.present} dataset={dataset.data} />}
    </Page>
  )
}

/** The draft speaks of data that this vault does not hold. */
function Lost({ draft: kept, dataset }: { draft: Draft; dataset: Dataset }) {
  const first = dataset.tables[0]
  const { definition } = kept
  return (
    <Alert title={`The draft “${definition.name}” cannot be counted here`} color="yellow">
      It is about the table {definition.base.table} of the dataset {definition.dataset}, which this
      vault does not hold. Import that dataset, or start another cohort; undo brings this draft
      back.
      <Button
        mt="sm"
        display="block"
        onClick={() => first && draft.replace(newDraft(startingDefinition(dataset, first)))}
      >
        Start a cohort from {dataset.title}
      </Button>
    </Alert>
  )
}

/** The cohort's answer, whose second try is one for all that is asked of it. */
const together = ({ cohort, survival, table1 }: Answers): Answers['cohort'] => ({
  ...cohort,
  retry: () => [cohort, survival, table1].forEach((live) => live.retry()),
})

interface WorkbenchProps {
  overview: Overview
  dataset: Dataset
  table: Table
  draft: Draft
}

function Workbench({ overview, dataset, table, draft: now }: WorkbenchProps) {
  const theme = useComputedColorScheme('light')
  const [textOpen, setTextOpen] = useState(false)
  const openText = useCallback(() => setTextOpen(true), [])
  const questions = useQuestions(table)
  const answers = useAnswers(now.definition, questions, dataset.version, theme)
  const { run: saveFigure, saving } = useSaveFigure(questions?.survival)
  const history = useDraft()
  useCohortActions(
    {
      canUndo: !!history?.past.length,
      canRedo: !!history?.future.length,
      canSave: !!answers.survival.answer?.figure,
    },
    saveFigure,
    openText,
  )

  const cohort = together(answers)
  const [survival, table1] = [answers.survival, answers.table1].map((live) =>
    // A cohort that cannot be counted says so once; what was shown before stays, marked.
    cohort.problem ? { ...live, problem: undefined, stale: false } : live,
  ) as [Answers['survival'], Answers['table1']]
  const settled = Object.values(answers).every(({ stale }) => !stale)
  if (!questions) return null
  const results = [questions.survival && survival.answer, questions.table1 && table1.answer].filter(
    (result) => !!result,
  )
  return (
    <Page name="cohort" title="Cohort" ready={settled} actions={<Tools openText={openText} />}>
      <div className={classes.columns}>
        <CohortSide
          {...{ overview, dataset, table }}
          definition={now.definition}
          live={cohort}
          onText={openText}
        />
        <div className={classes.main}>
          <SurvivalPanel
            {...{ table, saving }}
            asked={questions.asked}
            live={survival}
            held={!!cohort.problem}
            onSave={saveFigure}
          />
          <Table1Panel
            table={table}
            asked={questions.asked}
            live={table1}
            held={!!cohort.problem}
          />
          <ReceiptPanel results={results} />
        </div>
      </div>
      <DefinitionDialog
        definition={now.definition}
        opened={textOpen}
        onClose={() => setTextOpen(false)}
      />
    </Page>
  )
}

function Tools({ openText }: { openText: () => void }) {
  const history = useDraft()
  return (
    <>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label="Undo"
        title={`Undo (${modKey} Z)`}
        disabled={!history?.past.length}
        onClick={draft.undo}
      >
        <IconArrowBackUp size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label="Redo"
        title={`Redo (${modKey} Shift Z)`}
        disabled={!history?.future.length}
        onClick={draft.redo}
      >
        <IconArrowForwardUp size={18} aria-hidden />
      </ActionIcon>
      <Button
        variant="default"
        size="sm"
        leftSection={<IconBraces size={16} aria-hidden />}
        onClick={openText}
      >
        Definition
      </Button>
    </>
  )
}
