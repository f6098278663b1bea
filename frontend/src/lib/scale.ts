// Steps and ends for sliders and axes.

/** A 1-2-5 step that divides a range into about `parts` steps. */
export function niceStep(range: number, parts: number, whole = false): number {
  if (!(range > 0)) return 1
  const rough = range / parts
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].find((m) => m * power >= rough * 0.999)! * power
  return whole ? Math.max(1, step) : step
}

/** Rounds to a multiple of a step without the dust of binary fractions. */
export function snap(x: number, step: number): number {
  const places = Math.max(0, Math.ceil(-Math.log10(step)))
  return Number((Math.round(x / step) * step).toFixed(places))
}

export interface Domain {
  min: number
  max: number
  step: number
}

/** A slider's domain around measured values: ends on whole steps. */
export function sliderDomain(min: number, max: number, whole: boolean): Domain {
  const step = niceStep(max - min, 200, whole)
  return {
    min: snap(Math.floor(min / step + 1e-9) * step, step),
    max: snap(Math.ceil(max / step - 1e-9) * step, step),
    step,
  }
}
