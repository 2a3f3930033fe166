/** Messages that were skipped are tried again by every pass: limits are raised, servers are repaired. */
import type { SourceUid } from '../../contract/ids.ts';
import type { LedgerRow } from '../../contract/items.ts';
import { messageLimitBytes, newestFirst } from '../../core/plan/over-limits.ts';
import type { MessageMeta } from '../../ports/mail.ts';
import { roomBefore } from './limits.ts';
import type { Planning } from './planning.ts';

/** Not what is over a limit that is known beforehand: the answer would be the same. */
export async function messagesToRetry(
  planning: Planning,
  ledger: readonly LedgerRow[],
  { vanished, targetPath }: { vanished: ReadonlySet<SourceUid>; targetPath: string },
): Promise<MessageMeta<SourceUid>[]> {
  const { settings, target, source } = planning;
  const told = await planning.folderLimits.told();
  const limitBytes = messageLimitBytes(settings.limits, target.capabilities, told.get(targetPath));
  const skipped = ledger
    .filter((row) => row.outcome === 'skipped')
    .filter((row) => !row.vanished && !vanished.has(row.sourceUid) && row.sizeBytes <= limitBytes);
  const left = skipped.filter((row) => row.code === 'OVER_ITEM_LIMIT');
  const tried = skipped.filter((row) => row.code !== 'OVER_ITEM_LIMIT');
  // More of one folder cannot find room, because the newest of the mailbox are among the newest of each folder.
  const fitting = left.length === 0 ? [] : newestFirst(left).slice(0, roomBefore(planning));
  const wanted = new Set<number>([...tried, ...fitting].map((row) => row.sourceUid));
  if (wanted.size === 0) return [];
  const found: MessageMeta<SourceUid>[] = [];
  const range = { first: Math.min(...wanted), last: Math.max(...wanted) };
  for await (const message of source.listMessages(range)) if (wanted.has(message.uid)) found.push(message);
  return found;
}
