import { Modal, Stack, Text } from '@mantine/core'
import { useOverview } from '../api/queries'
import { openDialog, useDialog } from '../state/dialogs'

export function AboutDialog() {
  const dialog = useDialog()
  const { data } = useOverview()
  return (
    <Modal
      opened={dialog === 'about'}
      onClose={() => openDialog(undefined)}
      title="About Vitrine"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="xs">
        <Text size="sm">
          Clinical datasets that you may study, kept on this machine, with cohort analytics and
          model inference that work offline.
        </Text>
        {data && (
          <Text size="sm" className="numeric">
            Version {data.program.version}, commit {data.program.commit || 'unknown'},{' '}
            {data.program.go}
          </Text>
        )}
        <Text size="sm">For research use. Not a medical device. Apache-2.0 licence.</Text>
      </Stack>
    </Modal>
  )
}
