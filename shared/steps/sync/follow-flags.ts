/** A flags chunk: the target's flags follow the source's, except where the target's user changed them. STORE is idempotent, so nothing is ever in doubt. */
import { FlagsRow, type RowOutcome } from '../../contract/items.ts';
import type { SliceResult } from '../../contract/workflow.ts';
import { flagChange } from '../../core/flags.ts';
import { commitHead, openWindow, release } from '../../core/protocol/chunk.ts';
import { limits } from '../../core/protocol/limits.ts';
import type { TargetMailbox } from '../../ports/mail.ts';
import type { Deadline } from '../../ports/runtime.ts';
import { endpointsOf, revealLogins } from '../logins.ts';
import type { ChunkLease } from './lease.ts';
import { again, done } from './slice-result.ts';
import { flagsAt, storeChanges } from './store-flags.ts';
import { folderOf, readRows, type Assignment } from './slice.ts';

const followed: RowOutcome = {
  outcome: 'present',
  targetUid: null,
  evidence: 'matched',
  doubt: false,
  code: null,
  sha256: null,
};
const rowsAtOnce = 500;

export async function followFlags(assignment: Assignment, lease: ChunkLease, deadline: Deadline): Promise<SliceResult> {
  const rows = await readRows(assignment, (v) => FlagsRow.parse(v));
  const logins = await revealLogins(assignment.ports, assignment.key);
  const target = await assignment.ports.servers.openTarget(endpointsOf(assignment.batch).target, logins.target);
  try {
    while (lease.record.committed < rows.length) {
      if (deadline.remainingMs() < limits.reserveMs) return await end(lease, false);
      await followSome(assignment, { lease, target, rows });
    }
    return await end(lease, true);
  } finally {
    await target.close();
  }
}

async function end(lease: ChunkLease, finished: boolean): Promise<SliceResult> {
  await lease.apply((record) => release(record, { done: finished, lookNotBefore: null, forgiven: true }));
  return finished ? done() : again();
}

async function followSome(
  assignment: Assignment,
  at: { lease: ChunkLease; target: TargetMailbox; rows: readonly FlagsRow[] },
): Promise<void> {
  const { lease, target, rows } = at;
  const from = lease.record.committed;
  const folder = rows[from]?.folder;
  if (folder === undefined) return;
  const others = rows.findIndex((row, i) => i > from && row.folder !== folder);
  const some = rows.slice(from, Math.min(from + rowsAtOnce, others === -1 ? rows.length : others));
  const planned = folderOf(assignment, folder);
  const state = await target.openFolder(planned.targetPath);
  const known = (await assignment.ports.folders.list(assignment.key)).find((f) => f.folderKey === folder);
  const to = from + some.length;
  if (!lease.record.open) await lease.apply((r) => openWindow(r, { to, uidValidity: state.uidValidity, uidFloor: 1 }));
  // Renumbered target: the ledger's UIDs name other messages now, and a flag on a wrong message is damage.
  if (known?.targetUidValidity === state.uidValidity) await storeSome(target, some);
  const count = (lease.record.open?.to ?? to) - from;
  const outcomes = Array.from({ length: count }, () => followed);
  await lease.apply((r) => commitHead(r, { outcomes, uidValidity: state.uidValidity, copiedBytes: 0 }, null));
}

async function storeSome(target: TargetMailbox, rows: readonly FlagsRow[]): Promise<void> {
  const now = await flagsAt(
    target,
    rows.map((row) => row.targetUid),
  );
  const changed = rows.flatMap(({ targetUid, base, flags: source }) => {
    const flags = now.get(targetUid);
    return flags ? [{ targetUid, change: flagChange({ base, source, target: flags }) }] : [];
  });
  await storeChanges(target, changed);
}
