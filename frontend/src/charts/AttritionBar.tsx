import classes from './charts.module.css'

/** How many of the base are left after a rule, and how many it took away. */
export function AttritionBar({
  base,
  before,
  after,
}: {
  base: number
  before: number
  after: number
}) {
  const share = (n: number) => (base > 0 ? (100 * n) / base : 0)
  return (
    <svg className={classes.track} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
      <rect className={classes.ground} width="100" height="8" />
      <rect className={classes.removed} width={share(before)} height="8" />
      <rect className={classes.kept} width={share(after)} height="8" />
    </svg>
  )
}
