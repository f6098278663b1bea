import { Button, Group, Stack, Text } from '@mantine/core'
import { IconDatabaseImport, IconFolderOpen } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { loadDemonstration } from '../../api/commands'
import { asProblem } from '../../api/problem'
import type { Overview } from '../../api/types'
import { Panel } from '../../components/Panel'
import { ProblemNote } from '../../components/ProblemNote'
import { protectionWords } from '../../components/protection'
import { openDialog } from '../../state/dialogs'

/** The first start: an empty vault and one obvious thing to do. */
export function Welcome({ overview }: { overview: Overview }) {
  const load = useMutation({ mutationFn: loadDemonstration })
  return (
    <Panel title="The vault is empty" maw={720} p="xl">
      <Stack>
        <Text>
          Vitrine keeps the datasets that you may study on this machine and answers questions about
          them offline. The demonstration data are public: five classic clinical studies and a
          prediction model.
        </Text>
        <Group>
          {overview.demonstration_available && (
            <Button
              size="lg"
              leftSection={<IconDatabaseImport size={20} aria-hidden />}
              loading={load.isPending}
              onClick={() => load.mutate()}
            >
              Load the demonstration data
            </Button>
          )}
          <Button
            size="lg"
            variant="default"
            leftSection={<IconFolderOpen size={20} aria-hidden />}
            onClick={() => openDialog('import')}
          >
            Import a dataset folder
          </Button>
        </Group>
        {load.error && <ProblemNote problem={asProblem(load.error)} />}
        <Text size="sm" c="dimmed">
          {protectionWords(overview.vault)}.
        </Text>
      </Stack>
    </Panel>
  )
}
