import { Button, FileButton, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPlus } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { addModel } from '../../api/commands'
import { asProblem } from '../../api/problem'
import { ProblemNote } from '../../components/ProblemNote'

/** Brings a model file into the vault; it is checked whole before it is kept. */
export function AddModel({ first, onAdded }: { first: boolean; onAdded: (id: string) => void }) {
  const add = useMutation({
    mutationFn: async (file: File) =>
      addModel(file.name.replace(/\.[^.]+$/, ''), await file.arrayBuffer()),
    onSuccess: (model) => {
      notifications.show({ message: `${model.name} is in the vault.` })
      onAdded(model.id)
    },
  })
  return (
    <Stack gap="sm" align="flex-start">
      {first && (
        <Text size="sm" c="dimmed">
          There is no model in the vault yet. Add a LightGBM text model (the file that
          <code> save_model</code> writes).
        </Text>
      )}
      <FileButton
        onChange={(file) => file && add.mutate(file)}
        accept=".txt,.model,.lgb,text/plain"
      >
        {(props) => (
          <Button
            {...props}
            size="compact-sm"
            variant="default"
            loading={add.isPending}
            leftSection={<IconPlus size={16} aria-hidden />}
          >
            Add a model from a file
          </Button>
        )}
      </FileButton>
      {add.error && <ProblemNote problem={asProblem(add.error)} />}
    </Stack>
  )
}
