// Numbers and times as a reader expects them. British English, true minus sign,
// thin grouping, and a dash where there is nothing to show.

export const nothing = '–'

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })

/** A count: 1,234. */
export const count = (n: number) => minus(whole.format(n))

/** A count with its noun: "1 participant", "2 participants". */
export const counted = (n: number, noun: string, plural = noun + 's') =>
  `${count(n)} ${n === 1 ? noun : plural}`

/** A measurement to a sensible number of digits; whole numbers stay whole. */
export function number(x: number | null | undefined, digits = 3): string {
  if (x == null || !Number.isFinite(x)) return nothing
  const size = Math.abs(x)
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return minus(x.toExponential(digits - 1))
  const places = Number.isInteger(x) ? 0 : placesFor(size, digits)
  return minus(
    x.toLocaleString('en-GB', { maximumFractionDigits: places, minimumFractionDigits: places }),
  )
}

/** Measurements that stand together, all to the same decimal places: 1.30, 0.70, 3.00. */
export function alike(values: (number | null | undefined)[], digits = 3): string[] {
  const some = values.filter((x): x is number => x != null && Number.isFinite(x))
  const places = some.map((x) => (Number.isInteger(x) ? 0 : placesFor(Math.abs(x), digits)))
  if (some.some((x) => number(x, digits).includes('e'))) return values.map((x) => number(x, digits))
  return values.map((x) => fixed(x, Math.max(0, ...places)))
}

/** Decimal places that leave about so many digits: 1.40, 0.80, 0.0526, 318. */
function placesFor(size: number, digits: number): number {
  const places = digits - 1 - Math.floor(Math.log10(size))
  return Math.max(0, Math.min(size >= 0.1 ? digits - 1 : 6, places))
}

/** A number with a fixed count of decimal places, for columns that align. */
export function fixed(x: number | null | undefined, places: number): string {
  if (x == null || !Number.isFinite(x)) return nothing
  return minus(
    x.toLocaleString('en-GB', { minimumFractionDigits: places, maximumFractionDigits: places }),
  )
}

/**
 * A share of one as a percentage: 0.421 → "42.1 %". Rounding never makes a share
 * none or all: 0.9999 → "> 99.9 %".
 */
export function percent(share: number | null | undefined, places = 1): string {
  if (share == null || !Number.isFinite(share)) return nothing
  const step = 10 ** -places
  if (share > 0 && share * 100 < step / 2) return `< ${fixed(step, places)} %`
  if (share < 1 && share * 100 >= 100 - step / 2) return `> ${fixed(100 - step, places)} %`
  return `${fixed(share * 100, places)} %`
}

/** A p-value: three places, and "< 0.001" below that. */
export function pValue(p: number | null | undefined): string {
  if (p == null || !Number.isFinite(p)) return nothing
  return p < 0.001 ? '< 0.001' : `= ${fixed(p, 3)}`
}

/** An estimate with its interval; what was not reached is said so. */
export function interval(
  value: number | null | undefined,
  lower: number | null | undefined,
  upper: number | null | undefined,
): string {
  if (value == null) return 'not reached'
  const end = (x: number | null | undefined) => (x == null ? 'not reached' : number(x, 4))
  return `${number(value, 4)} (${end(lower)} to ${end(upper)})`
}

/** A label with its unit: "Age (years)". */
export const withUnit = (label: string, unit?: string | null) =>
  unit ? `${label} (${unit})` : label

const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** A file size in decimal units. */
export function bytes(n: number): string {
  let unit = 0
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1000
    unit++
  }
  return `${unit === 0 ? count(n) : number(n, 3)} ${units[unit]}`
}

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })
const minute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** A day: 3 Nov 2026. */
export const date = (at: string | undefined) => format(day, at)
/** A day and time: 3 Nov 2026, 09:14. */
export const time = (at: string | undefined) => format(minute, at)

function format(style: Intl.DateTimeFormat, at: string | undefined): string {
  const when = at ? new Date(at) : undefined
  return when && !Number.isNaN(when.valueOf()) ? style.format(when) : nothing
}

const minus = (text: string) => text.replace(/^-/, '−')
