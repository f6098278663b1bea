import { Button, FileButton, Group, Text } from '@mantine/core'
import { IconFileUpload } from '@tabler/icons-react'
import { useState, type DragEvent } from 'react'
import classes from './FileDrop.module.css'

interface Props {
  label: string
  hint: string
  accept: string
  disabled?: boolean
  busy?: boolean
  onFile: (file: File) => void
}

/** A place to drop a file, and a button for those who do not drag. */
export function FileDrop({ label, hint, accept, disabled, busy, onFile }: Props) {
  const [over, setOver] = useState(false)
  const drag = (on: boolean) => (event: DragEvent) => {
    event.preventDefault()
    setOver(on && !disabled)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file && !disabled) onFile(file)
  }
  return (
    // Dropping is a second way to do what the button does.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="group"
      aria-label={label}
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={drop}
    >
      <Group gap="md">
        <FileButton onChange={(file) => file && onFile(file)} accept={accept} disabled={disabled}>
          {(props) => (
            <Button
              {...props}
              loading={busy}
              disabled={disabled}
              leftSection={<IconFileUpload size={18} aria-hidden />}
            >
              {label}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
      </Group>
    </div>
  )
}
