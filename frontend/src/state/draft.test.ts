import { renderHook } from '@testing-library/react'
import { act } from 'react'
import { beforeEach, describe, expect, it } from 'vitest'
import { setEnabled, type Definition } from '../lib/definition'
import { draft, newDraft, restart, useDraft } from './draft'

const definition: Definition = {
  version: 1,
  name: 'one',
  dataset: 'd',
  base: { table: 't' },
  include: [{ id: 'a', rule: { field: 't.x', missing: false } }],
  exclude: [],
}

const rename = (name: string, key?: string) =>
  draft.edit((now) => ({ ...now, definition: { ...now.definition, name } }), key)

const current = () => renderHook(() => useDraft()).result.current!

beforeEach(() => {
  restart()
  localStorage.clear()
  act(() => draft.replace(newDraft(definition)))
})

describe('the draft', () => {
  it('undoes and redoes', () => {
    rename('two')
    draft.undo()
    expect(current().present.definition.name).toBe('one')
    draft.redo()
    expect(current().present.definition.name).toBe('two')
  })

  it('takes a whole drag back at once', () => {
    rename('t', 'name')
    rename('tw', 'name')
    rename('two', 'name')
    draft.undo()
    expect(current().present.definition.name).toBe('one')
  })

  it('survives a restart, with its undo', () => {
    draft.edit((now) => ({ ...now, definition: setEnabled(now.definition, 'a', false) }))
    restart()
    expect(current().present.definition.include[0]?.enabled).toBe(false)
    draft.undo()
    expect(current().present.definition.include[0]?.enabled).toBeUndefined()
  })

  it('is not replaced by a first draft when there is one', () => {
    draft.begin(newDraft({ ...definition, name: 'other' }))
    expect(current().present.definition.name).toBe('one')
  })

  it('starts afresh when what was stored is broken', () => {
    restart()
    localStorage.setItem('vitrine.draft.1', '{"present":')
    expect(renderHook(() => useDraft()).result.current).toBeUndefined()
  })
})
