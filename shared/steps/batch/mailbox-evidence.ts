/** What SettleMailbox left of each mailbox for the report. */
import pMap from 'p-map';
import { ItemLine, MailboxSummary, type FolderSummary, type MailboxRecord } from '../../contract/items.ts';
import { ledgerKeys } from '../../contract/keys.ts';
import type { Ports } from '../../ports/ports.ts';

type EvidencePorts = Pick<Ports, 'data'>;

const readsAtOnce = 16;

/** Folders by mailbox; a mailbox that was never settled has none. */
export async function readFolders(
  { data }: EvidencePorts,
  batch: string,
  mailboxes: readonly MailboxRecord[],
): Promise<Map<string, FolderSummary[]>> {
  const summaries = await pMap(
    mailboxes,
    ({ mailboxId }) => data.readJson(ledgerKeys.summary(batch, mailboxId), (v) => MailboxSummary.parse(v)),
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
  batch: string,
  settled: Iterable<MailboxRecord>,
): AsyncIterable<ItemLine> {
  for (const { mailboxId } of settled) {
    yield* data.readLines(ledgerKeys.items(batch, mailboxId), (v) => ItemLine.parse(v));
  }
}
