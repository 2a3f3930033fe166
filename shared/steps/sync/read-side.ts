/** Messages of one side, read again: streamed, hashed, and nothing kept of them but that. */
import type { SourceUid, TargetUid } from '../../contract/ids.ts';
import type { VerifyRow } from '../../contract/verify.ts';
import { limits } from '../../core/protocol/limits.ts';
import type { Reading, Side } from '../../core/verify/compare.ts';
import { CanonicalHash } from '../../core/octets.ts';
import type { FetchedMessage, MailReader } from '../../ports/mail.ts';
import type { Deadline } from '../../ports/runtime.ts';
import { facesOf } from './message-octets.ts';

/** The slice has to end before its window does. */
export class OutOfTime extends Error {}

export interface Wanted<Uid> {
  uid: Uid;
  row: VerifyRow;
}

type Read = (message: FetchedMessage) => Promise<Reading>;

/**
 * A server may leave a message out of its FETCH answer (faults F11): what it still lists is asked for once more, and is
 * `unreadable` if that does not help.
 */
export async function readSide<Uid extends SourceUid | TargetUid>(
  reader: MailReader<Uid>,
  wanted: readonly Wanted<Uid>[],
  at: { deadline: Deadline; read: Read },
): Promise<Map<Uid, Side>> {
  const sides = new Map<Uid, Side>();
  await readInto(sides, reader, { ...at, wanted });
  const missing = wanted.filter(({ uid }) => !sides.has(uid));
  if (missing.length === 0) return sides;
  const there = await stillThere(reader, missing);
  const again = missing.filter(({ uid }) => there.has(uid));
  if (again.length > 0) await readInto(sides, reader, { ...at, wanted: again });
  for (const { uid } of missing) if (!sides.has(uid)) sides.set(uid, there.has(uid) ? 'unreadable' : 'absent');
  return sides;
}

async function readInto<Uid extends SourceUid | TargetUid>(
  sides: Map<Uid, Side>,
  reader: MailReader<Uid>,
  at: { deadline: Deadline; read: Read; wanted: readonly Wanted<Uid>[] },
): Promise<void> {
  if (at.wanted.length === 0) return;
  const byUid = new Map(at.wanted.map((one) => [one.uid, one]));
  for await (const message of reader.fetchGroups(groupsOf(at.wanted))) {
    const one = byUid.get(message.uid);
    if (one) sides.set(one.uid, await at.read(message));
    if (at.deadline.remainingMs() < limits.reserveMs) throw new OutOfTime();
  }
}

function* groupsOf<Uid>(wanted: readonly Wanted<Uid>[]): Generator<Uid[]> {
  let group: Uid[] = [];
  let bytes = 0;
  for (const { uid, row } of wanted) {
    if (group.length >= limits.fetchRows || (group.length > 0 && bytes + row.sizeBytes > limits.fetchBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(uid);
    bytes += row.sizeBytes;
  }
  if (group.length > 0) yield group;
}

async function stillThere<Uid extends SourceUid | TargetUid>(
  reader: MailReader<Uid>,
  missing: readonly Wanted<Uid>[],
): Promise<Set<Uid>> {
  const uids = missing.map(({ uid }) => uid);
  const there = new Set<Uid>();
  const range = { first: uids.reduce((a, b) => (a < b ? a : b)), last: uids.reduce((a, b) => (a > b ? a : b)) };
  for await (const { uid } of reader.listFlags(range)) there.add(uid);
  return there;
}

/** What the target holds. */
export async function readAsIs(message: FetchedMessage): Promise<Reading> {
  const hash = new CanonicalHash();
  for await (const part of message.octets) hash.update(part);
  return readingOf(message, [hash.digest()]);
}

/** What the source holds, and what a copy of it may look like, whether we repaired it or the target did. */
export async function readWithRepairs(message: FetchedMessage): Promise<Reading> {
  const faces = await facesOf(message.octets);
  return readingOf(
    message,
    faces.map(({ hash }) => hash),
  );
}

function readingOf(message: FetchedMessage, sha256: readonly string[]): Reading {
  const { internalDate, flags, octetCount } = message;
  return { sha256, internalDate, flags, octetCount };
}
