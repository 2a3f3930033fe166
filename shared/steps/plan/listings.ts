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

type At = Pick<Planning, 'ports' | 'key' | 'sequence'>;

export async function keepListing({ ports, key, sequence }: At, plan: FolderPlan): Promise<void> {
  const lines: ListingLine[] = [
    { kind: 'folder', folder: plan.folder, droppedKeywords: plan.droppedKeywords },
    ...plan.rows.map((row) => ({ kind: 'copy', row }) as const),
    ...plan.flags.map((row) => ({ kind: 'flags', row }) as const),
  ];
  await ports.data.putLines(planKeys.listing(key.batch, key.mailboxId, sequence, plan.folder.folderKey), lines);
}

/** Folders that an earlier invocation of this plan has finished. */
export async function keptListings({ ports, key, sequence }: At): Promise<Set<FolderKey>> {
  const kept = new Set<FolderKey>();
  const prefix = planKeys.listings(key.batch, key.mailboxId, sequence);
  for await (const object of ports.data.list(prefix)) {
    const folder = FolderKey.safeParse(object.slice(prefix.length).replace(/\.jsonl$/, ''));
    if (folder.success) kept.add(folder.data);
  }
  return kept;
}

export async function readListing({ ports, key, sequence }: At, folderKey: FolderKey): Promise<FolderPlan> {
  const rows: CopyRow[] = [];
  const flags: FlagsRow[] = [];
  let head: Extract<ListingLine, { kind: 'folder' }> | null = null;
  const objectKey = planKeys.listing(key.batch, key.mailboxId, sequence, folderKey);
  for await (const line of ports.data.readLines(objectKey, (v) => ListingLine.parse(v))) {
    if (line.kind === 'folder') head = line;
    else if (line.kind === 'copy') rows.push(line.row);
    else flags.push(line.row);
  }
  if (!head) throw new MigrationError('STATE_DAMAGED', 'A stored listing has no head.');
  return { folder: head.folder, droppedKeywords: head.droppedKeywords, rows, skipped: [], flags };
}
