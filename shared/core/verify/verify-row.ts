/** What is to be read of a message, from what the source lists and what the ledger says. */
import type { LedgerRow } from '../../contract/items.ts';
import type { FolderKey, SourceUid } from '../../contract/ids.ts';
import type { VerifyRow } from '../../contract/verify.ts';
import type { MessageMeta } from '../../ports/mail.ts';
import { isByHeaders } from '../settle/ledger.ts';

export const isDelivered = ({ outcome }: Pick<VerifyRow, 'outcome'>): boolean =>
  outcome === 'copied' || outcome === 'present';

/** Delivered, but under no UID that names it: to be found by content. */
export const isNameless = (row: VerifyRow): boolean =>
  row.sourceUid !== null && row.targetUid === null && isDelivered(row);

/**
 * `uidsCount`: the ledger's target UIDs are of the target's present UIDVALIDITY. A row that was gone before it was
 * copied and is listed again was never delivered.
 */
export function verifyRow(
  folder: FolderKey,
  message: MessageMeta<SourceUid>,
  at: { row: LedgerRow | null; uidsCount: boolean },
): VerifyRow {
  const { uid: sourceUid, internalDate, sizeBytes } = message;
  const known = at.row && at.row.outcome !== 'gone' ? at.row : null;
  const targetUid = known && at.uidsCount && isDelivered(known) ? known.targetUid : null;
  return {
    folder,
    sourceUid,
    internalDate,
    sizeBytes,
    targetUid,
    outcome: known?.outcome ?? null,
    code: known?.code ?? null,
    ...(known && isByHeaders(known.evidence) ? { byHeaders: true } : {}),
  };
}
