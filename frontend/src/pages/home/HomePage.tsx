import { asProblem } from '../../api/problem'
import { useOverview } from '../../api/queries'
import { Loading } from '../../components/Loading'
import { Page } from '../../components/Page'
import { ProblemNote } from '../../components/ProblemNote'
import { Activity } from './Activity'
import { Contents } from './Contents'
import { NextSteps } from './NextSteps'
import { Welcome } from './Welcome'
import classes from './HomePage.module.css'

/** What is in the vault, what to do next, and what happened lately. */
export function HomePage() {
  const { data: overview, error, isPending } = useOverview()
  const empty = overview?.datasets.length === 0 && overview.models.length === 0
  return (
    <Page
      name="home"
      title="Home"
      intro={overview && <Where home={overview.vault.home} />}
      ready={!isPending}
    >
      {isPending && <Loading what="Opening the vault" />}
      {error && <ProblemNote problem={asProblem(error)} />}
      {overview && empty && <Welcome overview={overview} />}
      {overview && !empty && (
        <div className={classes.columns}>
          <Contents overview={overview} />
          <div className={classes.side}>
            <NextSteps overview={overview} />
            <Activity events={overview.recent} />
          </div>
        </div>
      )}
    </Page>
  )
}

const Where = ({ home }: { home: string }) => <span className={classes.where}>Vault in {home}</span>
