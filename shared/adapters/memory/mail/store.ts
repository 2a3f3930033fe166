/** One account of the in-memory IMAP server: folders, messages, UIDs, mod-sequences. Tests also use it as the user's hand. */
import { rewritten, type Rewrite } from './header.ts';

export interface StoredMessage {
  uid: number;
  octets: Uint8Array;
  /** What the server was given, before it rewrote it. */
  asSent: Uint8Array;
  internalDate: string;
  flags: readonly string[];
  modSeq: number;
}

export interface StoredFolder {
  path: string;
  attributes: readonly string[];
  subscribed: boolean;
  uidValidity: number;
  uidNext: number;
  messages: StoredMessage[];
}

export interface MailAccountOptions {
  delimiter?: string;
  uidPlus?: boolean;
  condStore?: boolean;
  keywords?: boolean;
  multiAppend?: boolean;
  literals?: 'plus' | 'minus' | 'none';
  appendLimitBytes?: number;
  /** By folder; what is not named has no limit of its own. */
  appendLimits?: Readonly<Record<string, number>>;
  /** False: the limit is only found out by a refusal. */
  tellsAppendLimit?: boolean;
  /** Octets no server may be given: a message that contains this text is refused. */
  refuseText?: string;
  /** Folder names that CREATE refuses. */
  refuseFolders?: readonly string[];
  /** What the server makes of a message that it is given. */
  rewrites?: Rewrite;
}

interface Given {
  octets: Uint8Array | string;
  internalDate?: string;
  flags?: readonly string[];
}

const octetsOf = ({ octets }: Given): Uint8Array => (typeof octets === 'string' ? Buffer.from(octets, 'utf8') : octets);
const usual = {
  delimiter: '/',
  uidPlus: true,
  condStore: true,
  keywords: true,
  multiAppend: false,
  literals: 'plus',
  tellsAppendLimit: true,
  refuseFolders: [],
} as const;

/** Of a STORE only the flags. */
export interface Refusable {
  octets: Uint8Array;
  flags: readonly string[];
}

export class MailAccount {
  readonly folders = new Map<string, StoredFolder>();
  readonly options: Required<
    Omit<MailAccountOptions, 'appendLimitBytes' | 'appendLimits' | 'refuseText' | 'rewrites'>
  > &
    MailAccountOptions;
  /** Commands as `EXAMINE INBOX`, so that tests can say what was and was not sent. */
  readonly commands: string[] = [];
  /** The user's hand between two commands. */
  onCommand: (command: string) => void = () => {};
  /** The next login is answered with this pause. */
  pauseSeconds = 0;
  /** What an APPEND is refused for, and a STORE. */
  refuses: (message: Refusable) => boolean = () => false;
  /** What becomes of the date of an APPEND. */
  dated: (internalDate: string) => string = (internalDate) => internalDate;
  /** Newest messages of each folder that are counted and not listed, as Yahoo does beyond 10,000. */
  hiddenMessages = 0;
  /** `INBOX 7`: messages that are listed and that FETCH leaves out. */
  readonly withheld = new Set<string>();
  private modSeq = 1;
  private nextValidity = 1_000;

  constructor(options: MailAccountOptions = {}) {
    this.options = { ...usual, ...options };
    this.addFolder('INBOX');
  }

  get highestModSeq(): number {
    return this.modSeq;
  }

  addFolder(path: string, extra: { attributes?: readonly string[]; subscribed?: boolean } = {}): StoredFolder {
    const existing = this.folders.get(path);
    if (existing) return existing;
    const folder: StoredFolder = {
      path,
      attributes: extra.attributes ?? [],
      subscribed: extra.subscribed ?? false,
      uidValidity: this.nextValidity++,
      uidNext: 1,
      messages: [],
    };
    this.folders.set(path, folder);
    return folder;
  }

  folder(path: string): StoredFolder {
    const folder = this.folders.get(path);
    if (!folder) throw new Error(`no folder ${path}`);
    return folder;
  }

  /** As an APPEND does: a server that rewrites adds what is its own. */
  storeRewritten(path: string, message: Given): number {
    const { rewrites } = this.options;
    const asSent = octetsOf(message);
    if (!rewrites) return this.store(path, message);
    return this.store(path, { ...message, octets: rewritten(asSent, rewrites, this.modSeq), asSent });
  }

  /** Exactly these octets. */
  store(path: string, message: Given & { asSent?: Uint8Array }): number {
    const folder = this.folder(path);
    const uid = folder.uidNext++;
    const octets = octetsOf(message);
    folder.messages.push({
      uid,
      octets,
      asSent: message.asSent ?? octets,
      internalDate: message.internalDate ?? '01-Jan-2026 00:00:00 +0000',
      flags: message.flags ?? [],
      modSeq: ++this.modSeq,
    });
    return uid;
  }

  setFlags(path: string, uid: number, flags: readonly string[]): void {
    const message = this.folder(path).messages.find((m) => m.uid === uid);
    if (!message) return;
    message.flags = [...flags];
    message.modSeq = ++this.modSeq;
  }

  remove(path: string, uid: number): void {
    const folder = this.folder(path);
    folder.messages = folder.messages.filter((m) => m.uid !== uid);
    this.modSeq++;
  }

  /** The server forgets its UIDs (restored from a backup, converted to another format ...). */
  renumber(path: string, firstUid = 1): void {
    const folder = this.folder(path);
    folder.uidValidity = this.nextValidity++;
    folder.uidNext = firstUid;
    for (const message of folder.messages) message.uid = folder.uidNext++;
  }
}
