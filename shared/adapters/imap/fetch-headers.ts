import { identityFields, mostHeaderBytes } from '../../core/header-identity.ts';
import type { FetchedHeader } from '../../ports/mail.ts';
import { fetchItems } from './fetch-items.ts';
import type { Wanted } from './fetch-messages.ts';
import type { Connection } from './wire/connection.ts';

const fields = identityFields.join(' ');

/** A partial FETCH, so that a header of 1 MB costs no more than the octets that are looked at. */
export async function* fetchedHeaders<Uid extends number>(
  connection: Connection,
  { sets, wanted, brand }: Wanted<Uid> & { sets: Iterable<string> },
): AsyncGenerator<FetchedHeader<Uid>, void, void> {
  for await (const { kind, parts } of connection.converseAll(commands(sets))) {
    if (kind !== 'FETCH') continue;
    const { uid, internalDate, headerFields } = fetchItems(parts);
    if (uid === null || internalDate === null || headerFields === null || !wanted.delete(uid)) continue;
    yield { uid: brand(uid), internalDate, octets: Buffer.from(headerFields, 'latin1') };
  }
}

function* commands(sets: Iterable<string>): Generator<string> {
  for (const set of sets) {
    yield `UID FETCH ${set} (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (${fields})]<0.${mostHeaderBytes}>)`;
  }
}
