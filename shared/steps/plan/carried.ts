/** Chunks that an earlier pass left unfinished go on under their own ids: their windows, doubts and outcomes stay theirs. */
import { planSequenceOf, type FolderKey } from '../../contract/ids.ts';
import { MailboxPlan, type FolderRecord, type MailboxRecord } from '../../contract/items.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Carried } from './planning.ts';

export async function readCarried(
  ports: Pick<Ports, 'data'>,
  mailbox: MailboxRecord,
  records: ReadonlyMap<FolderKey, FolderRecord>,
): Promise<Carried> {
  const plan = mailbox.plan && (await ports.data.readJson(mailbox.plan.key, (v) => MailboxPlan.parse(v)));
  if (!plan || plan.sequence <= mailbox.settledSequence) return { chunks: [], pending: new Map(), sequence: 0 };
  return carriedOf(plan, records);
}

/** A chunk is carried while a folder of it has rows that are in no ledger. Flags are compared anew instead. */
export function carriedOf(plan: MailboxPlan, records: ReadonlyMap<FolderKey, FolderRecord>): Carried {
  const entries = new Map(plan.folders.map((folder) => [folder.folderKey, folder]));
  const isOpen = (folder: FolderKey, chunkSequence: number): boolean =>
    Math.max(records.get(folder)?.sequence ?? 0, entries.get(folder)?.settledSequence ?? 0) < chunkSequence;
  const chunks = plan.chunks.filter(
    ({ kind, chunkId, folders }) => kind !== 'flags' && folders.some((f) => isOpen(f, planSequenceOf(chunkId))),
  );
  const open = new Set(
    chunks.flatMap(({ chunkId, folders }) => folders.filter((f) => isOpen(f, planSequenceOf(chunkId)))),
  );
  const pending = new Map([...entries].filter(([folderKey]) => open.has(folderKey)));
  return { chunks, pending, sequence: plan.sequence };
}
