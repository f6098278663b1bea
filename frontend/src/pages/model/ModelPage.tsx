import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { score } from '../../api/commands'
import { asProblem } from '../../api/problem'
import { useModel, useOverview } from '../../api/queries'
import { Announcer } from '../../components/Announcer'
import { FileDrop } from '../../components/FileDrop'
import { Loading } from '../../components/Loading'
import { Page } from '../../components/Page'
import { Panel } from '../../components/Panel'
import { ProblemNote } from '../../components/ProblemNote'
import { counted } from '../../lib/format'
import { AddModel } from './AddModel'
import { ChooseModel } from './ChooseModel'
import { ModelFacts } from './ModelFacts'
import { Results, type Scored } from './Results'
import classes from './ModelPage.module.css'

/** How many predictions are listed; the download holds all of them. */
const listed = 500

/** Choose a model, give it a file, and see what it says and why to be careful. */
export function ModelPage() {
  const search = useSearch({ from: '/model' })
  const navigate = useNavigate({ from: '/model' })
  const overview = useOverview()
  const models = overview.data?.models ?? []
  const id = models.find((model) => model.id === search.model)?.id ?? models[0]?.id
  const model = useModel(id)
  const choose = (chosen: string) => void navigate({ search: { model: chosen }, replace: true })
  const error = overview.error ?? model.error

  return (
    <Page
      name="model"
      title="Model"
      intro="For research use: a prediction is not advice for anybody's care."
      ready={!overview.isPending && !model.isLoading}
    >
      {error && <ProblemNote problem={asProblem(error)} />}
      {(overview.isPending || model.isLoading) && <Loading what="Opening the models" />}
      {overview.data && (
        <div className={classes.columns}>
          <div className={classes.side}>
            <Panel title="Model">
              {id && <ChooseModel models={models} id={id} onChoose={choose} />}
              <AddModel first={models.length === 0} onAdded={choose} />
            </Panel>
            {model.data && <ModelFacts model={model.data} />}
          </div>
          {model.data && <Scoring key={model.data.id} model={model.data.id} />}
        </div>
      )}
    </Page>
  )
}

function Scoring({ model }: { model: string }) {
  const [said, say] = useState('')
  const run = useMutation({
    mutationFn: async (file: File): Promise<Scored> => {
      const bytes = await file.arrayBuffer()
      return { name: file.name, bytes, scores: await score(model, file.name, bytes, listed) }
    },
    onSuccess: ({ name, scores }) => say(`${name}: ${counted(scores.scored, 'row')} scored`),
  })
  useWithoutStrayDrops()
  return (
    <div className={classes.main}>
      <Panel title="Score a file">
        <FileDrop
          label="Choose a CSV file"
          hint="or drop one here. Columns are matched by name; the file stays on this machine."
          accept=".csv,.tsv,.txt,text/csv"
          busy={run.isPending}
          onFile={(file) => run.mutate(file)}
        />
      </Panel>
      <Announcer text={said} settle={0} />
      {run.error && <ProblemNote problem={asProblem(run.error)} />}
      {run.data && !run.error && <Results model={model} scored={run.data} />}
    </div>
  )
}

/** A file dropped beside the target would otherwise replace the whole page. */
function useWithoutStrayDrops() {
  useEffect(() => {
    const stop = (event: DragEvent) => event.preventDefault()
    window.addEventListener('dragover', stop)
    window.addEventListener('drop', stop)
    return () => {
      window.removeEventListener('dragover', stop)
      window.removeEventListener('drop', stop)
    }
  }, [])
}
