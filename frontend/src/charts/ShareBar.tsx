import { percent } from '../lib/format'
import classes from './charts.module.css'

/** A share of one as a bar with its number. */
export function ShareBar({ share, places = 1 }: { share: number; places?: number }) {
  return (
    <span className={classes.share}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" className={classes.track} aria-hidden>
        <rect className={classes.ground} width="100" height="8" />
        <rect className={classes.kept} width={100 * Math.min(1, Math.max(0, share))} height="8" />
      </svg>
      <span className="numeric">{percent(share, places)}</span>
    </span>
  )
}
