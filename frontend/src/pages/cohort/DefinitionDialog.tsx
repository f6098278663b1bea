import { Alert, Button, FileButton, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconCopy, IconDownload, IconFolderOpen } from '@tabler/icons-react'
import { useState } from 'react'
import { fromText, toText, type Definition } from '../../lib/definition'
import { download, fileName } from '../../lib/download'
import { copyText } from '../../lib/window'
import { draft, newDraft } from '../../state/draft'

interface Props {
  definition: Definition
  opened: boolean
  onClose: () => void
}

/** The definition as the file that `vitrine cohort count` reads: copy, save, paste, open. */
export function DefinitionDialog({ definition, opened, onClose }: Props) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Cohort definition as text"
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Editor definition={definition} onClose={onClose} />}
    </Modal>
  )
}

function Editor({ definition, onClose }: Omit<Props, 'opened'>) {
  const [text, setText] = useState(() => toText(definition))
  const [wrong, setWrong] = useState<string>()

  const use = (candidate: string) => {
    try {
      const next = fromText(candidate)
      const now = definition.dataset === next.dataset && definition.base.table === next.base.table
      if (now) draft.edit((kept) => ({ ...kept, definition: next }))
      else draft.replace(newDraft(next))
      onClose()
    } catch (error) {
      setWrong((error as Error).message)
    }
  }
  const open = async (file: File | null) => {
    if (!file) return
    setWrong(undefined)
    setText(await file.text())
  }

  return (
    <Stack>
      <Text size="sm">
        The same file is read by <code>vitrine cohort count</code>. Paste or open another one here;
        undo brings this one back.
      </Text>
      <Textarea
        label="Definition (JSON)"
        value={text}
        onChange={(event) => {
          setWrong(undefined)
          setText(event.currentTarget.value)
        }}
        autosize
        minRows={12}
        maxRows={24}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        data-autofocus
      />
      {wrong && (
        <Alert color="red" role="alert" title="This is not a cohort definition">
          {wrong}
        </Alert>
      )}
      <Group justify="space-between">
        <Group gap="xs">
          <FileButton onChange={(file) => void open(file)} accept="application/json,.json">
            {(props) => (
              <Button
                {...props}
                variant="default"
                leftSection={<IconFolderOpen size={16} aria-hidden />}
              >
                Open a file
              </Button>
            )}
          </FileButton>
          <Button
            variant="default"
            leftSection={<IconCopy size={16} aria-hidden />}
            onClick={() => void copyDefinition(text)}
          >
            Copy
          </Button>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => downloadDefinition(definition, text)}
          >
            Download
          </Button>
        </Group>
        <Button onClick={() => use(text)}>Use this definition</Button>
      </Group>
    </Stack>
  )
}

export async function copyDefinition(text: string) {
  await copyText(text)
  notifications.show({ message: 'The cohort definition is on the clipboard.' })
}

export const downloadDefinition = (definition: Definition, text = toText(definition)) =>
  download(text, 'application/json', `${fileName(definition.name, 'cohort')}.json`)
