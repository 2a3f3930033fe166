/** What becomes of the batch when a pass has ended. */
import type { BatchRecord, MailboxRecord } from '../../contract/items.ts';
import type { PassKind } from '../../contract/names.ts';
import { defaults } from '../../contract/settings.ts';
import type { Verdict } from '../../contract/workflow.ts';
import { nextDueAt } from '../schedule.ts';

export interface EndedPass {
  passId: string;
  pass: PassKind;
  verdict: Verdict;
  /** The pass could not be carried out at all. */
  failed: boolean;
  endedAtMs: number;
}

/** A preflight starts nothing: the clock runs from the first initial pass on. */
export function afterPass(batch: BatchRecord, ended: EndedPass): BatchRecord {
  const initialDone = batch.initialDone || (!ended.failed && ended.pass !== 'preflight' && ended.pass !== 'verify');
  const every = batch.settings.schedule?.every ?? defaults.every;
  const dueAtMs = initialDone ? nextDueAt({ endedAtMs: ended.endedAtMs, every }) : null;
  const { passId, pass, verdict } = ended;
  return {
    ...batch,
    initialDone,
    dueAt: batch.state === 'closed' || dueAtMs === null ? null : new Date(dueAtMs).toISOString(),
    lastPass: { passId, pass, verdict, endedAt: new Date(ended.endedAtMs).toISOString() },
  };
}

/** A mailbox may be closed when its final pass found everything and no message might still arrive twice. */
export const mayClose = (mailbox: MailboxRecord): boolean => mailbox.finalDone && mailbox.openDoubts === 0;

const closingRetryMs = 60 * 60_000;

/**
 * Closed when all mailboxes are. `closing` only when the final pass covered everything that is still open: mailboxes
 * of another wave go on with incremental passes.
 */
export function afterClosing(
  batch: BatchRecord,
  at: { passId: string; mailboxes: readonly MailboxRecord[]; nowMs: number },
): BatchRecord {
  const open = at.mailboxes.filter((mailbox) => mailbox.state !== 'closed');
  if (open.length === 0) return { ...batch, state: 'closed', dueAt: null };
  if (open.some((mailbox) => mailbox.passId !== at.passId)) return batch;
  return { ...batch, state: 'closing', dueAt: new Date(at.nowMs + closingRetryMs).toISOString() };
}
