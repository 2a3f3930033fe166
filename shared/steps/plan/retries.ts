/** Messages that were skipped are tried again by every pass: limits are raised, servers are repaired. */
import type { SourceUid } from '../../contract/ids.ts';
import type { LedgerRow } from '../../contract/items.ts';
import { defaults } from '../../contract/settings.ts';
import type { MessageMeta } from '../../ports/mail.ts';
import type { Planning } from './planning.ts';

/** Not what is too large by a limit that is known beforehand: the answer would be the same. */
export async function messagesToRetry(
  { settings, target, source }: Planning,
  ledger: readonly LedgerRow[],
  vanished: ReadonlySet<SourceUid>,
): Promise<MessageMeta<SourceUid>[]> {
  const limitBytes = Math.min(
    settings.limits?.messageBytes ?? defaults.messageBytes,
    target.capabilities.appendLimitBytes ?? Number.POSITIVE_INFINITY,
  );
  const wanted = new Set<number>(
    ledger
      .filter((row) => row.outcome === 'skipped')
      .filter((row) => !row.vanished && !vanished.has(row.sourceUid) && row.sizeBytes <= limitBytes)
      .map((row) => row.sourceUid),
  );
  if (wanted.size === 0) return [];
  const found: MessageMeta<SourceUid>[] = [];
  const range = { first: Math.min(...wanted), last: Math.max(...wanted) };
  for await (const message of source.listMessages(range)) if (wanted.has(message.uid)) found.push(message);
  return found;
}
