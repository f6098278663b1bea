import { NativeSelect } from '@mantine/core'
import type { ModelSummary } from '../../api/types'

interface Props {
  models: ModelSummary[]
  id: string
  onChoose: (id: string) => void
}

export function ChooseModel({ models, id, onChoose }: Props) {
  return (
    <NativeSelect
      label="Model in the vault"
      value={id}
      data={models.map((model) => ({ value: model.id, label: model.name }))}
      onChange={(event) => onChoose(event.currentTarget.value)}
      mb="sm"
    />
  )
}
