import { Alert, Button, Stack, Table, Text } from '@mantine/core'
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { asProblem } from '../../api/problem'
import type { CheckReport, Overview } from '../../api/types'
import { checkVault } from '../../api/vault'
import { Panel } from '../../components/Panel'
import { ProblemNote } from '../../components/ProblemNote'
import { Wide } from '../../components/Wide'
import { protectionWords } from '../../components/protection'
import { count, counted, date } from '../../lib/format'

/** How the vault is protected, and whether all of it is as it was written. */
export function Protection({ vault }: { vault: Overview['vault'] }) {
  const check = useMutation({ mutationFn: checkVault })
  return (
    <Panel
      title="Protection"
      aside={
        <Button
          size="compact-sm"
          variant="default"
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          Check the vault
        </Button>
      }
    >
      <Stack gap="xs">
        <Text size="sm">
          <strong>{protectionWords(vault)}.</strong>{' '}
          {vault.demonstration
            ? 'It holds public demonstration data only and is not locked. '
            : 'Locks itself after 15 minutes without use. '}
          Made {date(vault.created_at)}.
        </Text>
        {check.data && <Result report={check.data} />}
        {check.error && <ProblemNote problem={asProblem(check.error)} />}
      </Stack>
    </Panel>
  )
}

function Result({ report }: { report: CheckReport }) {
  const looked = `${counted(report.files, 'database')}, ${counted(report.pages, 'page')} and ${counted(report.events, 'audit event')} were checked`
  if (report.ok)
    return (
      <Alert
        role="status"
        color="glass"
        icon={<IconShieldCheck aria-hidden />}
        title="Everything is in order"
      >
        {looked}: all are as Vitrine wrote them.
      </Alert>
    )
  const found = report.findings.length + report.more
  return (
    <Alert
      color="red"
      icon={<IconShieldX aria-hidden />}
      title={`The check found ${counted(found, 'fault')}`}
    >
      <Stack gap="xs">
        <Text size="sm">
          {looked}. What is listed is not as Vitrine wrote it. Put the vault back from a backup, or
          bring the damaged datasets in again.
        </Text>
        <Findings report={report} />
      </Stack>
    </Alert>
  )
}

const Findings = ({ report }: { report: CheckReport }) => (
  <Wide label="Findings">
    <Table aria-label="Findings">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Where</Table.Th>
          <Table.Th>What was found</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {report.findings.map(({ place, what }, i) => (
          <Table.Tr key={i}>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{place}</Table.Td>
            <Table.Td>{what}</Table.Td>
          </Table.Tr>
        ))}
        {report.more > 0 && (
          <Table.Tr>
            <Table.Td colSpan={2}>and {count(report.more)} more</Table.Td>
          </Table.Tr>
        )}
      </Table.Tbody>
    </Table>
  </Wide>
)
