/** Rows of the CSV become mailboxes: credentials sealed, records created or brought up to date. */
import pMap from 'p-map';
import type { CsvRow, RejectedRow } from '../../contract/csv.ts';
import type { MailboxId } from '../../contract/ids.ts';
import type { MailboxRecord } from '../../contract/items.ts';
import { newHistory } from '../../core/batch/new-history.ts';
import { mailboxIdOf } from '../../core/mailbox-id.ts';
import type { Ports } from '../../ports/ports.ts';
import { sealLogins } from '../logins.ts';

type AdmitPorts = Pick<Ports, 'mailboxes' | 'credentials' | 'cipher' | 'clock'>;

export interface Admission {
  batch: string;
  passId: string;
  csvName: string;
  rows: readonly CsvRow[];
}

/** One KMS call and two items a row: side by side, or 50,000 rows would not fit into one invocation. */
const rowsAtOnce = 16;

/** Idempotent: the same rows again write the same. */
export async function admitRows(
  ports: AdmitPorts,
  admission: Admission,
): Promise<{ mailboxIds: MailboxId[]; rejected: RejectedRow[] }> {
  const results = await pMap(admission.rows, (row) => admit(ports, admission, row), { concurrency: rowsAtOnce });
  return {
    mailboxIds: results.flatMap((result) => (typeof result === 'string' ? [result] : [])),
    rejected: results.flatMap((result) => (typeof result === 'string' ? [] : [result])),
  };
}

async function admit(ports: AdmitPorts, at: Admission, row: CsvRow): Promise<MailboxId | RejectedRow> {
  const mailboxId = mailboxIdOf(row.emailAddress);
  const before = await ports.mailboxes.read(at.batch, mailboxId);
  const targetUser = row.targetUserName ?? row.emailAddress;
  const moved = before && before.plan !== null && movedColumn(before, row, targetUser);
  if (moved) return rejection(row, moved);
  await sealLogins(
    ports,
    { batch: at.batch, mailboxId },
    {
      source: { user: row.userName, password: row.password },
      target: { user: targetUser, password: row.targetPassword ?? '' },
    },
  );
  const updatedAt = new Date(ports.clock.nowMs()).toISOString();
  await ports.mailboxes.put(at.batch, {
    ...(before ?? newHistory(mailboxId)),
    emailAddress: row.emailAddress,
    sourceUser: row.userName,
    targetUser,
    userRoot: row.userRoot,
    origin: `${at.csvName}:${row.line}`,
    state: 'queued',
    passId: at.passId,
    verdict: null,
    failure: null,
    finalDone: false,
    updatedAt,
  });
  return mailboxId;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** What was copied is known by UIDs of these two mailboxes: pointing them elsewhere would lose or repeat messages. */
function movedColumn(before: MailboxRecord, row: CsvRow, targetUser: string): string | null {
  if (!same(before.targetUser, targetUser)) return 'TargetUserName';
  if (!same(before.sourceUser, row.userName)) return 'UserName';
  return before.userRoot === row.userRoot ? null : 'UserRoot';
}

function rejection({ line, emailAddress }: CsvRow, column: string): RejectedRow {
  const reason = 'This mailbox was migrated with another value before; use another batch for another mailbox.';
  return { line, column, emailAddress, reason };
}
