/** A session of the in-memory IMAP server that reads: `MailReader` over a `MailAccount`. */
import { MigrationError } from '../../../errors.ts';
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
} from '../../../ports/mail.ts';
import { mostHeaderBytes } from '../../../core/header-identity.ts';
import { fieldsOf } from './header.ts';
import type { MailAccount, StoredFolder, StoredMessage } from './store.ts';

export class MemoryReader<Uid extends number> implements MailReader<Uid> {
  readonly capabilities: MailCapabilities;
  protected current: StoredFolder | null = null;
  protected closed = false;
  protected readonly account: MailAccount;
  private readonly open: 'EXAMINE' | 'SELECT';
  private readonly brand: (uid: number) => Uid;

  constructor(account: MailAccount, open: 'EXAMINE' | 'SELECT', brand: (uid: number) => Uid) {
    this.account = account;
    this.open = open;
    this.brand = brand;
    this.capabilities = {
      uidPlus: account.options.uidPlus,
      condStore: account.options.condStore,
      multiAppend: account.options.multiAppend,
      literals: account.options.literals,
      appendLimitBytes: account.options.tellsAppendLimit ? (account.options.appendLimitBytes ?? null) : null,
      appendLimitByFolder: account.options.tellsAppendLimit && account.options.appendLimits !== undefined,
    };
  }

  async namespaces(): Promise<Namespaces> {
    this.send('NAMESPACE');
    return { personal: [{ prefix: '', delimiter: this.account.options.delimiter }], foreign: [] };
  }

  async listFolders(): Promise<ListedFolder[]> {
    this.send('LIST');
    return [...this.account.folders.values()].map((f) => ({
      path: f.path,
      delimiter: this.account.options.delimiter,
      attributes: f.attributes,
      subscribed: f.subscribed,
    }));
  }

  async folderStates(paths: readonly string[]): Promise<ReadonlyMap<string, FolderState>> {
    this.send('LIST RETURN STATUS');
    const states = new Map<string, FolderState>();
    for (const path of paths) {
      const folder = this.account.folders.get(path);
      if (folder && !folder.attributes.includes('\\noselect')) states.set(path, this.stateOf(folder));
    }
    return states;
  }

  async survey(questions: readonly FolderQuestion[]): Promise<SurveyedFolder<Uid>[]> {
    const surveyed: SurveyedFolder<Uid>[] = [];
    for (const question of questions) surveyed.push(await this.surveyOne(question));
    this.current = null;
    return surveyed;
  }

  private async surveyOne({ path, list }: FolderQuestion): Promise<SurveyedFolder<Uid>> {
    try {
      const state = await this.openFolder(path);
      const messages: MessageMeta<Uid>[] = [];
      if (list) for await (const message of this.listMessages(list)) messages.push(message);
      return { path, state, messages };
    } catch (error) {
      if (!(error instanceof MigrationError) || error.scope !== 'folder') throw error;
      return { path, state: error, messages: [] };
    }
  }

  async openFolder(path: string): Promise<FolderState> {
    this.send(`${this.open} ${path}`);
    const folder = this.account.folders.get(path);
    if (!folder || folder.attributes.includes('\\noselect')) {
      this.current = null;
      throw new MigrationError('FOLDER_UNREADABLE', 'The server refused to open the folder.');
    }
    this.current = folder;
    return this.stateOf(folder);
  }

  private stateOf(folder: StoredFolder): FolderState {
    return {
      uidValidity: folder.uidValidity,
      uidNext: folder.uidNext,
      messageCount: folder.messages.length,
      highestModSeq: this.capabilities.condStore ? String(this.account.highestModSeq) : null,
    };
  }

  async *listMessages(range: UidRange): AsyncIterable<MessageMeta<Uid>> {
    this.send(`FETCH ${range.first}:${range.last}`);
    const listed = inRange(this.selected(), range);
    for (const m of listed.slice(0, listed.length - this.account.hiddenMessages)) yield this.meta(m);
  }

  async *listFlags(range: UidRange, changedSince?: string): AsyncIterable<FlagState<Uid>> {
    this.send(`FETCH FLAGS ${range.first}:${range.last}${changedSince ? ` CHANGEDSINCE ${changedSince}` : ''}`);
    for (const m of inRange(this.selected(), range)) {
      if (changedSince === undefined || m.modSeq > Number(changedSince))
        yield { uid: this.brand(m.uid), flags: m.flags };
    }
  }

  async *fetchMessages(uids: readonly Uid[]): AsyncIterable<FetchedMessage<Uid>> {
    this.send(`FETCH BODY ${uids.join(',')}`);
    const wanted = new Set<number>(uids);
    const { path, messages } = this.selected();
    for (const m of messages.slice()) {
      if (!wanted.has(m.uid) || this.account.withheld.has(`${path} ${m.uid}`)) continue;
      yield { ...this.meta(m), octetCount: m.octets.length, octets: once(m.octets) };
    }
  }

  async *fetchGroups(groups: Iterable<readonly Uid[]>): AsyncIterable<FetchedMessage<Uid>> {
    for (const uids of groups) yield* this.fetchMessages(uids);
  }

  async *fetchHeaders(uids: readonly Uid[]): AsyncIterable<FetchedHeader<Uid>> {
    this.send(`FETCH HEADER.FIELDS ${uids.join(',')}`);
    const wanted = new Set<number>(uids);
    for (const { uid, internalDate, octets } of this.selected().messages.slice()) {
      if (!wanted.has(uid)) continue;
      yield { uid: this.brand(uid), internalDate, octets: fieldsOf(octets).subarray(0, mostHeaderBytes) };
    }
  }

  fetchFrom(path: string, groups: Iterable<readonly Uid[]>): FolderFetch<Uid> {
    const opened = this.openFolder(path);
    opened.catch(() => {});
    return {
      uidValidity: opened.then((state) => state.uidValidity),
      messages: this.fetchGroups(groups),
      abandon: async () => {
        this.current = null;
      },
    };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  protected send(command: string): void {
    if (this.closed) throw new MigrationError('CONNECTION_LOST', 'The session is closed.');
    this.account.commands.push(command);
    this.account.onCommand(command);
  }

  protected selected(): StoredFolder {
    if (!this.current) throw new MigrationError('SERVER_REFUSED', 'No folder is open.');
    return this.current;
  }

  private meta(m: StoredMessage): MessageMeta<Uid> {
    return { uid: this.brand(m.uid), internalDate: m.internalDate, sizeBytes: m.octets.length, flags: m.flags };
  }
}

function inRange(folder: StoredFolder, range: UidRange): StoredMessage[] {
  const last = range.last === '*' ? Number.POSITIVE_INFINITY : range.last;
  return folder.messages.filter((m) => m.uid >= range.first && m.uid <= last).sort((a, b) => a.uid - b.uid);
}

async function* once(octets: Uint8Array): AsyncIterable<Uint8Array> {
  yield octets;
}
