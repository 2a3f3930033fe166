import { MigrationError } from '../../errors.ts';
import type {
  FetchedHeader,
  FetchedMessage,
  FlagState,
  FolderFetch,
  FolderQuestion,
  FolderState,
  ListedFolder,
  MailCapabilities,
  MailReader,
  MessageMeta,
  Namespaces,
  SurveyedFolder,
  UidRange,
} from '../../ports/mail.ts';
import { fetchedHeaders } from './fetch-headers.ts';
import { fetchItems } from './fetch-items.ts';
import { fetchCommands, fetchedMessages } from './fetch-messages.ts';
import { FolderNames } from './folder-name.ts';
import { delimiterOf, folderStates, listFolders, namespaces } from './folders.ts';
import type { LoggedIn } from './login.ts';
import {
  note,
  openedFolder,
  openFolder,
  openingCommand,
  unreadable,
  untold,
  type OpenFolder,
  type Opening,
} from './open-folder.ts';
import { uidSets } from './uid-sets.ts';
import type { Connection } from './wire/connection.ts';
import type { Response } from './wire/response.ts';

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
    return listFolders(this.connection, this.names, {
      extended: this.has('LIST-EXTENDED'),
      specialUse: this.has('SPECIAL-USE'),
    });
  }

  async folderStates(paths: readonly string[]): Promise<ReadonlyMap<string, FolderState>> {
    const { condStore } = this.capabilities;
    return folderStates(this.connection, this.names, { paths, listStatus: this.listStatus(), condStore });
  }

  protected listStatus(): boolean {
    return this.has('LIST-STATUS') && this.has('LIST-EXTENDED');
  }

  async survey(questions: readonly FolderQuestion[]): Promise<SurveyedFolder<Uid>[]> {
    this.current = null;
    return Promise.all(questions.map((question) => this.surveyOne(question)));
  }

  /** Both commands are asked before anything is awaited: FETCH speaks of the folder that the EXAMINE before it opens. */
  private async surveyOne({ path, list }: FolderQuestion): Promise<SurveyedFolder<Uid>> {
    const opening = openFolder(this.connection, this.opening(path));
    const listing = list ? this.listing(list) : Promise.resolve([]);
    const [opened, messages] = await Promise.allSettled([opening, listing]);
    if (opened.status === 'rejected') return { path, state: folderError(opened.reason), messages: [] };
    if (messages.status === 'fulfilled') return { path, state: opened.value.state, messages: messages.value };
    // Some servers refuse a range in an empty folder; in any other the listing is as damaged as one that does not open.
    const isEmpty = opened.value.state.messageCount === 0;
    return { path, state: isEmpty ? opened.value.state : folderError(messages.reason), messages: [] };
  }

  async openFolder(path: string): Promise<FolderState> {
    this.current = null;
    this.current = await openFolder(this.asker(), this.opening(path));
    return this.current.state;
  }

  /** What carries small commands: the connection, or who holds it now. */
  protected asker(): Pick<Connection, 'command'> {
    return this.connection;
  }

  private opening(path: string): Opening {
    return { verb: this.verb, name: this.names.onWire(path), condStore: this.capabilities.condStore };
  }

  async *listMessages(range: UidRange): AsyncIterable<MessageMeta<Uid>> {
    this.selected();
    yield* await this.listing(range);
  }

  /** Ascending. */
  private async listing(range: UidRange): Promise<MessageMeta<Uid>[]> {
    const found = new Map<number, MessageMeta<Uid>>();
    await this.connection.command(
      `UID FETCH ${rangeText(range)} (UID FLAGS INTERNALDATE RFC822.SIZE)`,
      ({ kind, parts }) => {
        if (kind !== 'FETCH') return;
        const { uid, flags, internalDate, sizeBytes } = fetchItems(parts);
        // Less than was asked for is news of another kind, sent unasked; only a date may be what a server has not.
        if (uid === null || flags === null || sizeBytes === null || !isIn(range, uid)) return;
        found.set(uid, { uid: this.brand(uid), internalDate: internalDate ?? '', sizeBytes, flags });
      },
    );
    return ascending(found);
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
    const conversation = this.connection.converseAll(fetchCommands(setsOf(groups, wanted)));
    yield* fetchedMessages(this.connection, conversation, { wanted, brand: this.brand });
  }

  async *fetchHeaders(uids: readonly Uid[]): AsyncIterable<FetchedHeader<Uid>> {
    this.selected();
    yield* fetchedHeaders(this.connection, { sets: uidSets(uids), wanted: new Set(uids), brand: this.brand });
  }

  fetchFrom(path: string, groups: Iterable<readonly Uid[]>): FolderFetch<Uid> {
    this.current = null;
    const wanted = new Set<number>();
    const opening = this.opening(path);
    const commands = [[openingCommand(opening)], fetchCommands(setsOf(groups, wanted))];
    const conversation = this.connection.converseAll(inTurn(commands), unreadable);
    const uidValidity = this.openedBy(conversation, opening);
    return {
      uidValidity,
      messages: fetchedMessages(this.connection, conversation, { wanted, brand: this.brand }),
      abandon: async () => {
        await conversation.return().catch(() => {});
        await uidValidity.catch(() => {});
        this.current = null;
      },
    };
  }

  /** Takes the conversation up to the answer to its first command. */
  private async openedBy(conversation: AsyncGenerator<Response, void, void>, opening: Opening): Promise<number> {
    const told = untold();
    for (;;) {
      const step = await conversation.next();
      if (step.done === true) throw new MigrationError('FOLDER_UNREADABLE', 'The server said nothing of the folder.');
      if (step.value.tag !== '*') break;
      note(told, step.value);
    }
    // The UIDNEXT is of no use to who fetches by UID, and servers older than RFC 3501 leave it out.
    this.current = openedFolder(told, { ...opening, uidNext: 1 });
    return this.current.state.uidValidity;
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

function* inTurn(lists: readonly Iterable<string>[]): Generator<string> {
  for (const list of lists) yield* list;
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

function ascending<T>(found: ReadonlyMap<number, T>): T[] {
  return [...found].sort(([a], [b]) => a - b).map(([, value]) => value);
}

/** Damage of one folder is told as its state; whatever is wider ends the survey. */
function folderError(error: unknown): MigrationError {
  if (!(error instanceof MigrationError)) throw error;
  if (error.code === 'SERVER_REFUSED') return new MigrationError('FOLDER_UNREADABLE', error.message, { cause: error });
  if (error.scope !== 'folder') throw error;
  return error;
}
