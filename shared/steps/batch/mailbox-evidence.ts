/** What SettleMailbox left of each mailbox for the report. */
import pMap from 'p-map';
import { ItemLine, MailboxSummary, type FolderSummary, type MailboxRecord } from '../../contract/items.ts';
import type { MailboxId } from '../../contract/ids.ts';
import { ledgerKeys, verifyKeys } from '../../contract/keys.ts';
import type { ReportRequest } from '../../contract/workflow.ts';
import type { Ports } from '../../ports/ports.ts';

type EvidencePorts = Pick<Ports, 'data'>;

const readsAtOnce = 16;

type Pass = Pick<ReportRequest, 'batch' | 'pass' | 'passId'>;

/** A verify pass leaves its own: the next pass that copies nothing shows those of the last settle again. */
function keysOf({ batch, pass, passId }: Pass, mailboxId: MailboxId): { items: string; summary: string } {
  if (pass !== 'verify')
    return { items: ledgerKeys.items(batch, mailboxId), summary: ledgerKeys.summary(batch, mailboxId) };
  return { items: verifyKeys.items(batch, mailboxId, passId), summary: verifyKeys.summary(batch, mailboxId, passId) };
}

/** Folders by mailbox; a mailbox that was never settled has none. */
export async function readFolders(
  { data }: EvidencePorts,
  pass: Pass,
  mailboxes: readonly MailboxRecord[],
): Promise<Map<string, FolderSummary[]>> {
  const summaries = await pMap(
    mailboxes,
    ({ mailboxId }) => data.readJson(keysOf(pass, mailboxId).summary, (v) => MailboxSummary.parse(v)),
    { concurrency: readsAtOnce },
  );
  return new Map(summaries.flatMap((summary) => (summary ? [[summary.mailboxId, summary.folders] as const] : [])));
}

/** What a preflight of each mailbox expects to be left out; where it failed it expects nothing. */
export async function* readExpectedItems(
  { data }: EvidencePorts,
  batch: string,
  mailboxes: Iterable<MailboxRecord>,
): AsyncIterable<ItemLine> {
  for (const { mailboxId, planSequence, overLimit } of mailboxes) {
    if (!overLimit || overLimit.messages === 0) continue;
    yield* data.readLines(ledgerKeys.preflight(batch, mailboxId, planSequence), (v) => ItemLine.parse(v));
  }
}

/** SettleMailbox writes the items before the summary, so a mailbox with a summary has them. */
export async function* readItems(
  { data }: EvidencePorts,
  pass: Pass,
  settled: Iterable<MailboxRecord>,
): AsyncIterable<ItemLine> {
  for (const { mailboxId } of settled) {
    yield* data.readLines(keysOf(pass, mailboxId).items, (v) => ItemLine.parse(v));
  }
}
