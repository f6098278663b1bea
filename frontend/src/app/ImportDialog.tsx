import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { chooseFolder, importDataset } from '../api/commands'
import { asProblem } from '../api/problem'
import { useOverview } from '../api/queries'
import { ProblemNote } from '../components/ProblemNote'
import { counted } from '../lib/format'
import { openDialog, useDialog } from '../state/dialogs'

/** Brings a dataset folder of this machine into the vault. */
export function ImportDialog() {
  const opened = useDialog() === 'import'
  const native = useOverview().data?.native ?? false
  const [folder, setFolder] = useState('')
  const bring = useMutation({
    mutationFn: importDataset,
    onSuccess: (dataset) => {
      notifications.show({
        title: `${dataset.title} is in the vault`,
        message: `${counted(dataset.tables, 'table')}, ${counted(dataset.participants, 'participant')}.`,
      })
      close()
    },
  })
  const browse = useMutation({
    mutationFn: () => chooseFolder('Choose a dataset folder'),
    onSuccess: ({ path }) => path && setFolder(path),
  })

  const close = () => {
    openDialog(undefined)
    setFolder('')
    bring.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    bring.mutate(folder.trim())
  }
  const error = bring.error ?? browse.error

  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Import a dataset folder"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">
            A dataset folder holds <code>dataset.json</code>, which describes the tables, and one
            Parquet or CSV file for each of them. The folder itself is not changed.
          </Text>
          <Group align="flex-end" wrap="nowrap">
            <TextInput
              label="Folder on the machine where Vitrine runs"
              value={folder}
              onChange={(event) => setFolder(event.currentTarget.value)}
              style={{ flex: 1 }}
              required
              data-autofocus
            />
            {native && (
              <Button variant="default" onClick={() => browse.mutate()}>
                Choose …
              </Button>
            )}
          </Group>
          {error && <ProblemNote problem={asProblem(error)} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={bring.isPending}>
              Import
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
