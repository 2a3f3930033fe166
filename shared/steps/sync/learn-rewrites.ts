/**
 * Whether this target stores other octets than it is given: learnt from copies that it has acknowledged, once a mailbox,
 * and kept in its record. Without that knowledge a header proves nothing, since a target that keeps octets would have
 * kept them.
 */
import { learnRewrites as decide } from '../../core/protocol/rivals.ts';
import { hashesOf } from './hashes.ts';
import { headersOf } from './headers.ts';
import type { Sample } from './samples.ts';
import type { Sessions } from './sessions.ts';
import type { Slice } from './slice.ts';

/** Two or four FETCHes of a few small messages; none once it is known. The folder is open on both sides. */
export async function learnRewrites(slice: Slice, sessions: Sessions, kept: readonly Sample[]): Promise<void> {
  const samples = kept.filter(({ uidValidity }) => uidValidity === sessions.uidValidity);
  if (sessions.rewrites !== null || samples.length === 0 || !sessions.sourceValid) return;
  await sessions.stay();
  const sent = samples.map(({ sourceUid }) => sourceUid);
  const stored = samples.map(({ targetUid }) => targetUid);
  const [sentOctets, storedOctets] = [await hashesOf(sessions.source, sent), await hashesOf(sessions.target, stored)];
  const differs = samples.every((s) => sentOctets.get(s.sourceUid) !== storedOctets.get(s.targetUid));
  const none = new Map<never, null>();
  const sentHeaders = differs ? await headersOf(sessions.source, sent) : none;
  const storedHeaders = differs ? await headersOf(sessions.target, stored) : none;
  const rewrites = decide(
    samples.flatMap(({ sourceUid, targetUid }) => {
      const octets = { sent: sentOctets.get(sourceUid), stored: storedOctets.get(targetUid) };
      if (octets.sent === undefined || octets.stored === undefined) return [];
      return [
        {
          sent: { octets: octets.sent, headers: sentHeaders.get(sourceUid) ?? null },
          stored: { octets: octets.stored, headers: storedHeaders.get(targetUid) ?? null },
        },
      ];
    }),
  );
  if (rewrites === null) return;
  sessions.rewrites = rewrites;
  await slice.ports.mailboxes.update(slice.key.batch, slice.key.mailboxId, { rewrites });
}
