import { MigrationError } from '../../errors.ts';
import type { FetchedMessage } from '../../ports/mail.ts';
import { fetchItems, type FetchItems } from './fetch-items.ts';
import { limits } from './limits.ts';
import type { Connection } from './wire/connection.ts';
import type { Response } from './wire/response.ts';
import type { Part } from './wire/values.ts';

export interface Wanted<Uid extends number> {
  /** Grows as the commands are taken. */
  wanted: Set<number>;
  brand: (uid: number) => Uid;
}

/** Each message straight from the socket; only when a server tells the UID behind the body is the body held. */
export async function* fetchedMessages<Uid extends number>(
  connection: Connection,
  conversation: AsyncIterable<Response>,
  { wanted, brand }: Wanted<Uid>,
): AsyncGenerator<FetchedMessage<Uid>, void, void> {
  for await (const response of conversation) {
    if (response.kind !== 'FETCH') continue;
    const { meta, held } = await readMeta(connection, response);
    const uid = meta.uid ?? 0;
    const octetCount = held === null ? response.bodyOctets : held.length;
    if (octetCount === null || meta.flags === null || !wanted.delete(uid)) continue;
    connection.messageOpen = true;
    try {
      yield {
        uid: brand(uid),
        flags: meta.flags,
        internalDate: meta.internalDate ?? '',
        sizeBytes: meta.sizeBytes ?? octetCount,
        octetCount,
        octets: held === null ? connection.body(response) : once(held),
      };
    } finally {
      connection.messageOpen = false;
    }
  }
}

export function* fetchCommands(sets: Iterable<string>): Generator<string> {
  for (const set of sets) yield `UID FETCH ${set} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])`;
}

async function readMeta(
  connection: Connection,
  response: Response,
): Promise<{ meta: FetchItems; held: Buffer | null }> {
  const meta = fetchItems(withoutBody(response.parts));
  if (response.bodyOctets === null) return { meta, held: inline(meta) };
  if (meta.uid !== null && meta.flags !== null && meta.internalDate !== null) return { meta, held: null };
  if (response.bodyOctets > limits.heldBodyBytes) {
    throw new MigrationError('SERVER_REFUSED', 'The server tells the UID of a huge message behind its body.');
  }
  const parts: Uint8Array[] = [];
  for await (const part of connection.body(response)) parts.push(part);
  const before = withoutBody(response.parts).length;
  await connection.skipBody(response);
  // The body itself stands for a value so that the pairs behind it stay pairs.
  const whole = [...response.parts.slice(0, before), 'held', ...response.parts.slice(before)];
  return { meta: fetchItems(whole), held: Buffer.concat(parts) };
}

/** `BODY[] {123}` ends the text while the body is on the wire. */
function withoutBody(parts: readonly Part[]): Part[] {
  return parts.map((part) => (typeof part === 'string' ? part.replace(/ BODY\[\] ~?\{\d+\}$/i, ' BODY[]') : part));
}

function inline({ inlineBody }: FetchItems): Buffer | null {
  return inlineBody === null ? null : Buffer.from(inlineBody, 'latin1');
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield octets;
}
