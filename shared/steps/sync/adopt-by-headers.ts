/** The second look of a look-up: where octets were found nowhere, and the target is known to rewrite, headers. */
import type { CopyRow, RowOutcome } from '../../contract/items.ts';
import type { OwnOutcome } from '../../core/protocol/claims.ts';
import { adoptedByHeaders } from '../../core/protocol/look-up.ts';
import { matchByHeaders, type HeaderLook } from './by-headers.ts';
import { learnRewrites } from './learn-rewrites.ts';
import { keepSample } from './samples.ts';
import type { Rivals } from './rivals.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';

interface SecondLook extends Pick<HeaderLook, 'rows' | 'uids' | 'unknown'> {
  rivals: Rivals;
  own: readonly (OwnOutcome & { row: CopyRow })[];
  undecided?: Set<number>;
}

/** A target that keeps octets would have kept these, so what only has the header is somebody else's there. */
export async function adoptByHeaders(
  slice: Slice,
  sessions: Sessions,
  { rivals, own, undecided, ...look }: SecondLook,
): Promise<Map<number, RowOutcome>> {
  const { found } = await matchByHeaders(sessions, { ...look, rivals: async () => rivals.rows });
  if (found.length === 0) return new Map();
  const { uidValidity } = sessions;
  for (const { row, outcome } of own) keepSample(rivals.samples, { row, outcome, uidValidity });
  await learnRewrites(slice, sessions, rivals.samples);
  if (sessions.rewrites === null) for (const { index } of found) undecided?.add(index);
  return new Map(sessions.rewrites ? found.map(({ index, targetUid }) => [index, adoptedByHeaders(targetUid)]) : []);
}
