import { MigrationError } from '../../errors.ts';
import type {
  FetchedHeader,
  FetchedMessage,
  FlagState,
  FolderState,
  ListedFolder,
  MailCapabilities,
  MailReader,
  MessageMeta,
  Namespaces,
  UidRange,
} from '../../ports/mail.ts';
import { fetchedHeaders } from './fetch-headers.ts';
import { fetchItems } from './fetch-items.ts';
import { fetchedMessages } from './fetch-messages.ts';
import { FolderNames } from './folder-name.ts';
import { delimiterOf, listFolders, namespaces } from './folders.ts';
import type { LoggedIn } from './login.ts';
import { openFolder, type OpenFolder } from './open-folder.ts';
import { uidSets } from './uid-sets.ts';
import type { Connection } from './wire/connection.ts';

export class ImapReader<Uid extends number> implements MailReader<Uid> {
  readonly capabilities: MailCapabilities;
  protected readonly connection: Connection;
  protected readonly names = new FolderNames();
  protected readonly has: (capability: string) => boolean;
  private readonly verb: 'EXAMINE' | 'SELECT';
  private readonly brand: (uid: number) => Uid;
  private current: OpenFolder | null = null;

  constructor(session: LoggedIn, verb: 'EXAMINE' | 'SELECT', brand: (uid: number) => Uid) {
    this.connection = session.connection;
    this.capabilities = session.capabilities;
    this.has = session.has;
    this.verb = verb;
    this.brand = brand;
  }

  async namespaces(): Promise<Namespaces> {
    if (this.has('NAMESPACE')) return namespaces(this.connection);
    return { personal: [{ prefix: '', delimiter: await delimiterOf(this.connection, this.names) }], foreign: [] };
  }

  async listFolders(): Promise<ListedFolder[]> {
    return listFolders(this.connection, this.names, this.has('SPECIAL-USE') && this.has('LIST-EXTENDED'));
  }

  async openFolder(path: string): Promise<FolderState> {
    this.current = null;
    this.current = await openFolder(this.connection, this.verb, this.names.onWire(path), this.capabilities.condStore);
    return this.current.state;
  }

  async *listMessages(range: UidRange): AsyncIterable<MessageMeta<Uid>> {
    const found = new Map<number, MessageMeta<Uid>>();
    this.selected();
    await this.connection.command(
      `UID FETCH ${rangeText(range)} (UID FLAGS INTERNALDATE RFC822.SIZE)`,
      ({ kind, parts }) => {
        if (kind !== 'FETCH') return;
        const { uid, flags, internalDate, sizeBytes } = fetchItems(parts);
        // Less than was asked for is news of another kind, sent unasked.
        if (uid === null || flags === null || internalDate === null || sizeBytes === null) return;
        if (isIn(range, uid)) found.set(uid, { uid: this.brand(uid), internalDate, sizeBytes, flags });
      },
    );
    yield* ascending(found);
  }

  async *listFlags(range: UidRange, changedSince?: string): AsyncIterable<FlagState<Uid>> {
    const found = new Map<number, FlagState<Uid>>();
    const since = changedSince === undefined ? '' : this.since(changedSince);
    this.selected();
    await this.connection.command(`UID FETCH ${rangeText(range)} (UID FLAGS)${since}`, ({ kind, parts }) => {
      if (kind !== 'FETCH') return;
      const { uid, flags } = fetchItems(parts);
      if (uid !== null && flags !== null && isIn(range, uid)) found.set(uid, { uid: this.brand(uid), flags });
    });
    yield* ascending(found);
  }

  async *fetchMessages(uids: readonly Uid[]): AsyncIterable<FetchedMessage<Uid>> {
    yield* this.fetchGroups([uids]);
  }

  async *fetchGroups(groups: Iterable<readonly Uid[]>): AsyncIterable<FetchedMessage<Uid>> {
    this.selected();
    const wanted = new Set<number>();
    yield* fetchedMessages(this.connection, { sets: setsOf(groups, wanted), wanted, brand: this.brand });
  }

  async *fetchHeaders(uids: readonly Uid[]): AsyncIterable<FetchedHeader<Uid>> {
    this.selected();
    yield* fetchedHeaders(this.connection, { sets: uidSets(uids), wanted: new Set(uids), brand: this.brand });
  }

  async close(): Promise<void> {
    this.connection.destroy();
  }

  protected selected(): OpenFolder {
    if (!this.current) throw new MigrationError('SERVER_REFUSED', 'No folder is open.');
    return this.current;
  }

  /** Without CONDSTORE all flags are told: more than asked, never less. */
  private since(modSeq: string): string {
    if (!/^\d{1,19}$/.test(modSeq)) throw new MigrationError('INTERNAL', 'Not a mod-sequence.');
    return this.capabilities.condStore && this.selected().state.highestModSeq !== null
      ? ` (CHANGEDSINCE ${modSeq})`
      : '';
  }
}

/** Only what was asked for is handed out: servers send news of other messages unasked. */
function* setsOf(groups: Iterable<readonly number[]>, wanted: Set<number>): Generator<string> {
  for (const uids of groups) {
    for (const uid of uids) wanted.add(uid);
    yield* uidSets(uids);
  }
}

function rangeText({ first, last }: UidRange): string {
  return `${Math.max(1, first)}:${last}`;
}

/** `9:*` names the highest message even when it is 3. */
function isIn({ first, last }: UidRange, uid: number): boolean {
  return uid >= first && (last === '*' || uid <= last);
}

function* ascending<T>(found: ReadonlyMap<number, T>): Generator<T> {
  yield* [...found].sort(([a], [b]) => a - b).map(([, value]) => value);
}
