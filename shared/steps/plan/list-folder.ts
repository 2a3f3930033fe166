/** Listings that are checked against what the server says it holds. */
import { MigrationError } from '../../errors.ts';
import type { SourceUid } from '../../contract/ids.ts';
import type { FolderState, MessageMeta, SourceMailbox } from '../../ports/mail.ts';

export interface Listing {
  /** From the EXAMINE before the listing: mail that arrives meanwhile is the next pass's. */
  state: FolderState;
  messages: MessageMeta<SourceUid>[];
}

/** Mail may be deleted between EXAMINE and FETCH; a server that keeps counting more than it lists is not believed. */
const tries = 3;

/**
 * Every message below the state's UIDNEXT; `path` is open. Errors: COUNTS_DISAGREE (Yahoo lists 10,000 of a folder and
 * counts all of them; a damaged index lists fewer than there are).
 */
export async function listWhole(source: SourceMailbox, path: string, opened: FolderState): Promise<Listing> {
  let state = opened;
  let messages: MessageMeta<SourceUid>[] = [];
  for (let n = 0; n < tries; n++) {
    if (n > 0) state = await source.openFolder(path);
    messages = state.messageCount === 0 ? [] : await listFrom(source, 1, state);
    if (messages.length === state.messageCount) return { state, messages };
  }
  throw new MigrationError(
    'COUNTS_DISAGREE',
    `The source counts ${state.messageCount} messages and lists ${messages.length}.`,
  );
}

export async function listFrom(
  source: SourceMailbox,
  firstUid: number,
  state: FolderState,
): Promise<MessageMeta<SourceUid>[]> {
  const messages: MessageMeta<SourceUid>[] = [];
  // `n:*` always answers with the last message, also when its UID is below n (RFC 9051 6.4.9).
  for await (const message of source.listMessages({ first: firstUid, last: '*' })) {
    if (message.uid >= firstUid && message.uid < state.uidNext) messages.push(message);
  }
  return messages;
}
