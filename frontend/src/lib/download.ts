/** Hands bytes to the browser to be saved under a name. */
export function download(content: BlobPart, type: string, name: string) {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60_000) // the save dialog may still read it
}

/** A file name made of words: "PBC, randomised" → "pbc-randomised". */
export const fileName = (words: string, otherwise = 'vitrine') =>
  words
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80) || otherwise
