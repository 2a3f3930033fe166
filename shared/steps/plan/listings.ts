/** Planned folders wait in S3 until all are planned, so that a mailbox too large for one invocation goes on in the next. */
import * as z from 'zod';
import { FolderKey } from '../../contract/ids.ts';
import { CopyRow, FlagsRow, PlannedFolder } from '../../contract/items.ts';
import { planKeys } from '../../contract/keys.ts';
import { MigrationError } from '../../errors.ts';
import type { FolderPlan, Planning } from './planning.ts';

const ListingLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('folder'), folder: PlannedFolder, droppedKeywords: z.number().int().min(0) }),
  z.object({ kind: z.literal('copy'), row: CopyRow }),
  z.object({ kind: z.literal('flags'), row: FlagsRow }),
]);
type ListingLine = z.infer<typeof ListingLine>;

type At = Pick<Planning, 'ports' | 'key' | 'sequence' | 'mailbox'>;

const prefixOf = ({ key, sequence, mailbox }: At): string =>
  planKeys.listings(key.batch, key.mailboxId, sequence, mailbox.passId);
const keyOf = (at: At, folderKey: FolderKey): string => `${prefixOf(at)}${folderKey}.jsonl`;

export async function keepListing(at: At, plan: FolderPlan): Promise<void> {
  const lines: ListingLine[] = [
    { kind: 'folder', folder: plan.folder, droppedKeywords: plan.droppedKeywords },
    ...plan.rows.map((row) => ({ kind: 'copy', row }) as const),
    ...plan.flags.map((row) => ({ kind: 'flags', row }) as const),
  ];
  await at.ports.data.putLines(keyOf(at, plan.folder.folderKey), lines);
}

/** Folders that an earlier invocation of this plan has finished. */
export async function keptListings(at: At): Promise<Set<FolderKey>> {
  const kept = new Set<FolderKey>();
  const prefix = prefixOf(at);
  for await (const object of at.ports.data.list(prefix)) {
    const folder = FolderKey.safeParse(object.slice(prefix.length).replace(/\.jsonl$/, ''));
    if (folder.success) kept.add(folder.data);
  }
  return kept;
}

export async function readListing(at: At, folderKey: FolderKey): Promise<FolderPlan> {
  const rows: CopyRow[] = [];
  const flags: FlagsRow[] = [];
  let head: Extract<ListingLine, { kind: 'folder' }> | null = null;
  for await (const line of at.ports.data.readLines(keyOf(at, folderKey), (v) => ListingLine.parse(v))) {
    if (line.kind === 'folder') head = line;
    else if (line.kind === 'copy') rows.push(line.row);
    else flags.push(line.row);
  }
  if (!head) throw new MigrationError('STATE_DAMAGED', 'A stored listing has no head.');
  return { folder: head.folder, droppedKeywords: head.droppedKeywords, rows, skipped: [], flags };
}
