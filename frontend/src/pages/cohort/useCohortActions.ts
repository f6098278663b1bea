import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { exportFigure, saveFigure } from '../../api/commands'
import { asProblem } from '../../api/problem'
import { useOverview } from '../../api/queries'
import type { Analysis } from '../../api/types'
import { toText, type Definition } from '../../lib/definition'
import { download, fileName } from '../../lib/download'
import { useContribute, type Action } from '../../state/actions'
import { draft } from '../../state/draft'
import { copyDefinition, downloadDefinition } from './DefinitionDialog'

/** Saves the curve as a file: the window asks where, a browser downloads. Print colours. */
export function useSaveFigure(analysis: Analysis | undefined) {
  const native = useOverview().data?.native ?? false
  const { mutate, isPending } = useMutation({
    mutationFn: (asked: Analysis) => save(asked, native),
    onSuccess: (message) => message && notifications.show({ message }),
    onError: (error) => {
      const problem = asProblem(error)
      notifications.show({
        color: 'red',
        title: 'The figure was not saved',
        message: `${problem.message} ${problem.hint ?? ''}`,
      })
    },
  })
  const latest = useRef(analysis)
  useEffect(() => {
    latest.current = analysis
  }, [analysis])
  const run = useCallback(() => latest.current && mutate(latest.current), [mutate])
  return { run, saving: isPending }
}

async function save(analysis: Analysis, native: boolean): Promise<string | undefined> {
  const name = `${fileName(analysis.cohort.name, 'cohort')}-survival.svg`
  if (!native) {
    download(await exportFigure(analysis, 'print'), 'image/svg+xml', name)
    return `The figure is in your downloads as ${name}.`
  }
  const { saved, path } = await saveFigure(analysis, 'print', name)
  return saved ? `The figure is saved as ${path}.` : undefined
}

interface Offered {
  canUndo: boolean
  canRedo: boolean
  canSave: boolean
}

/** What this page adds to the palette, the keys and the window's menu. */
export function useCohortActions(
  { canUndo, canRedo, canSave }: Offered,
  saveCurve: () => void,
  openText: () => void,
) {
  // Plain values, so that the list stands still while a slider moves.
  const actions = useMemo(
    () => list({ canUndo, canRedo, canSave }, saveCurve, openText),
    [canUndo, canRedo, canSave, saveCurve, openText],
  )
  useContribute('cohort', actions)
}

const withDefinition = (how: (definition: Definition) => void) => () => {
  const now = draft.now()
  if (now) how(now.definition)
}

function list(
  { canUndo, canRedo, canSave }: Offered,
  saveCurve: () => void,
  openText: () => void,
): Action[] {
  const group = 'Cohort'
  return [
    {
      id: 'undo',
      label: 'Undo',
      group,
      shortcut: 'mod+Z',
      disabled: !canUndo,
      run: draft.undo,
    },
    {
      id: 'redo',
      label: 'Redo',
      group,
      shortcut: 'mod+shift+Z',
      disabled: !canRedo,
      run: draft.redo,
    },
    {
      id: 'save-figure',
      label: 'Save the survival figure',
      group,
      disabled: !canSave,
      run: saveCurve,
    },
    { id: 'definition', label: 'Show or open the cohort definition as text', group, run: openText },
    {
      id: 'copy-definition',
      label: 'Copy the cohort definition',
      group,
      run: withDefinition((definition) => void copyDefinition(toText(definition))),
    },
    {
      id: 'download-definition',
      label: 'Download the cohort definition',
      group,
      run: withDefinition((definition) => downloadDefinition(definition)),
    },
  ]
}
