// What marks a prediction, in words.

/** Of several rows: "3 rows with …". */
export const flagKinds: Record<string, string> = {
  missing: 'a missing input',
  out_of_range: 'an input outside the training range',
  unseen_category: 'a category that training did not have',
  not_a_number: 'text where a number belongs',
}

const short: Record<string, string> = {
  missing: 'missing',
  out_of_range: 'outside the training range',
  unseen_category: 'unknown category',
  not_a_number: 'not a number',
}

/** One row's flags, gathered by kind: "missing: a, b; outside the training range: c". */
export function flagWords(flags: { feature: string; kind: string }[]): string {
  const kinds = [...new Set(flags.map(({ kind }) => kind))]
  return kinds
    .map((kind) => {
      const features = flags.filter((flag) => flag.kind === kind).map(({ feature }) => feature)
      return `${short[kind] ?? kind}: ${features.join(', ')}`
    })
    .join('; ')
}
