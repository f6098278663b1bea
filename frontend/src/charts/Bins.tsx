import classes from './charts.module.css'

interface Props {
  edges: number[]
  counts: number[]
  /** The axis, so that bins stand exactly above the slider's positions. */
  domain: { min: number; max: number }
  /** Bins inside this range are strong; an open end is null. */
  range?: [number | null, number | null]
  height?: number
  label: string
}

const width = 400

/** A histogram as plain bars, one per bin, its exact numbers in the label of the whole. */
export function Bins({ edges, counts, domain, range = [null, null], height = 44, label }: Props) {
  const top = Math.max(...counts, 1)
  const x = (value: number) => ((value - domain.min) / (domain.max - domain.min || 1)) * width
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={classes.bins}
      height={height}
      role="img"
      aria-label={label}
    >
      {counts.map((n, i) => {
        const [from, to] = [edges[i]!, edges[i + 1]!]
        const tall = n === 0 ? 0 : Math.max(1.5, (n / top) * (height - 1))
        return (
          <rect
            key={i}
            x={x(from)}
            width={Math.max(0.5, x(to) - x(from) - 0.8)}
            y={height - tall}
            height={tall}
            className={inside((from + to) / 2, range) ? classes.in : classes.out}
          />
        )
      })}
    </svg>
  )
}

const inside = (x: number, [low, high]: [number | null, number | null]) =>
  (low === null || x >= low) && (high === null || x <= high)
