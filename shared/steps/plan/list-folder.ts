/** Listings that are checked against what the server says it holds. */
import { MigrationError } from '../../errors.ts';
import type { SourceUid } from '../../contract/ids.ts';
import type { FolderState, MessageMeta, SourceMailbox } from '../../ports/mail.ts';

export interface Listing {
  /** From the EXAMINE before the listing: mail that arrives meanwhile is the next pass's. */
  state: FolderState;
  messages: readonly MessageMeta<SourceUid>[];
}

/** Mail may be deleted between EXAMINE and FETCH; a server that keeps counting more than it lists is not believed. */
const tries = 3;

/**
 * Every message below the state's UIDNEXT. `first` is a listing that is at hand already; without one, and for every
 * further try, the folder is opened. Errors: COUNTS_DISAGREE (Yahoo lists 10,000 of a folder and counts all of them; a
 * damaged index lists fewer than there are).
 */
export async function listWhole(source: SourceMailbox, path: string, first: Listing | null): Promise<Listing> {
  let listing = first ?? (await openAndList(source, path));
  for (let n = 1; n < tries && !isWhole(listing); n++) listing = await openAndList(source, path);
  if (isWhole(listing)) return listing;
  const { state, messages } = listing;
  throw new MigrationError(
    'COUNTS_DISAGREE',
    `The source counts ${state.messageCount} messages and lists ${messages.length}.`,
  );
}

const isWhole = ({ state, messages }: Listing): boolean => messages.length === state.messageCount;

async function openAndList(source: SourceMailbox, path: string): Promise<Listing> {
  const state = await source.openFolder(path);
  const messages: MessageMeta<SourceUid>[] = [];
  if (state.messageCount > 0) {
    for await (const message of source.listMessages({ first: 1, last: '*' })) messages.push(message);
  }
  return { state, messages: from(1, { state, messages }) };
}

/** `n:*` always answers with the last message, also when its UID is below n (RFC 9051 6.4.9). */
export function from(firstUid: number, { state, messages }: Listing): MessageMeta<SourceUid>[] {
  return messages.filter(({ uid }) => uid >= firstUid && uid < state.uidNext);
}
