/**
 * One logged-in IMAP session to one mailbox. Words: *folder* is what the RFCs call mailbox. Folder names are decoded
 * Unicode with the server's own delimiter. All methods throw `MigrationError` only (codes below); server texts never
 * leave the adapter. After CONNECTION_LOST or THROTTLED the session is dead: close it and open another.
 */
import type { SourceUid, TargetUid } from '../contract/ids.ts';
import type { MigrationError } from '../errors.ts';

/** Raw IMAP date-time, `"17-Jul-1996 02:44:25 -0700"` (RFC 9051 `date-time`, day padded with 0): keeps instant and zone. As the server told it: may be no moment, or empty. */
export type InternalDate = string;

/** What a server says of a folder at a moment. Record it *before* the FETCH it is to cover. */
export interface FolderState {
  uidValidity: number;
  uidNext: number;
  messageCount: number;
  /** Decimal of up to 63 bits; null without CONDSTORE (RFC 7162) or when the folder has none. */
  highestModSeq: string | null;
}

export interface ListedFolder {
  /** Decoded, e.g. `INBOX/Απεσταλμένα`. */
  path: string;
  /** null: the server has no hierarchy here. */
  delimiter: string | null;
  /** Raw LIST attributes in lower case: `\sent`, `\noselect`, `\haschildren` ... also where SPECIAL-USE is not advertised (Exchange Online). */
  attributes: readonly string[];
  subscribed: boolean;
}

export interface Namespace {
  prefix: string;
  delimiter: string | null;
}
export interface Namespaces {
  personal: readonly Namespace[];
  /** Other users' and shared folders: never migrated with a mailbox unless asked. */
  foreign: readonly Namespace[];
}

export interface MailCapabilities {
  /** RFC 4315: APPENDUID and UID EXPUNGE. */
  uidPlus: boolean;
  /** RFC 7162. */
  condStore: boolean;
  /** RFC 3502. */
  multiAppend: boolean;
  /** RFC 7888: `plus` = any size, `minus` = up to 4096 octets, `none` = synchronizing literals. */
  literals: 'plus' | 'minus' | 'none';
  /** RFC 7889: of all folders alike; null when not advertised. */
  appendLimitBytes: number | null;
  /** RFC 7889: each folder has a limit of its own, which `TargetMailbox.appendLimits` tells. */
  appendLimitByFolder: boolean;
}

export interface MessageMeta<Uid extends number = number> {
  uid: Uid;
  internalDate: InternalDate;
  /** RFC822.SIZE: a hint only (Exchange and Gmail lie). */
  sizeBytes: number;
  /** As sent by the server (system flags with canonical case), without `\Recent`. */
  flags: readonly string[];
}

/** `octets` can be read once, in order, before the next message is asked for. */
export interface FetchedMessage<Uid extends number = number> extends MessageMeta<Uid> {
  /** Length of the literal: exact. */
  octetCount: number;
  octets: AsyncIterable<Uint8Array>;
}

/** The fields by which a mail is known (`core/header-identity`), with the blank line behind them. */
export interface FetchedHeader<Uid extends number = number> {
  uid: Uid;
  internalDate: InternalDate;
  /** Whole, or cut off after `mostHeaderBytes`. */
  octets: Uint8Array;
}

export interface FlagState<Uid extends number = number> {
  uid: Uid;
  flags: readonly string[];
}

/** Inclusive; `last: '*'` is the highest UID there is. */
export interface UidRange {
  first: number;
  last: number | '*';
}

export interface FolderFetch<Uid extends number = number> {
  uidValidity: Promise<number>;
  messages: AsyncIterable<FetchedMessage<Uid>>;
  /** Never throws. Afterwards no folder is open; the session may be dead when much was on its way. */
  abandon(): Promise<void>;
}

export interface FolderQuestion {
  path: string;
  /** Messages to list; null: only its state is wanted. */
  list: UidRange | null;
}

export interface SurveyedFolder<Uid extends number = number> {
  path: string;
  /** From the EXAMINE before the listing; an error of scope `folder` where it could not be opened or listed. */
  state: FolderState | MigrationError;
  /** Ascending and distinct. */
  messages: MessageMeta<Uid>[];
}

/**
 * Errors of every method: CONNECTION_LOST, THROTTLED (with `retryAfterSeconds`), SERVER_REFUSED.
 * Nothing here changes the mailbox: EXAMINE and BODY.PEEK only when opened as a source.
 */
export interface MailReader<Uid extends number> {
  readonly capabilities: MailCapabilities;
  namespaces(): Promise<Namespaces>;
  /** Every folder, also `\noselect` ones; INBOX always spelled `INBOX`. Order not promised. */
  listFolders(): Promise<ListedFolder[]>;
  /**
   * States told without opening a folder (LIST-STATUS or STATUS): good enough to see that something changed, never to
   * skip a folder for good (a server's index may be behind). What the server does not tell is absent.
   */
  folderStates(paths: readonly string[]): Promise<ReadonlyMap<string, FolderState>>;
  /**
   * As `openFolder` and `listMessages` for one folder after the other, all asked at once: one round trip, whatever
   * their number. One answer a question, in order. Afterwards no folder is open.
   */
  survey(questions: readonly FolderQuestion[]): Promise<SurveyedFolder<Uid>[]>;
  /** EXAMINE (source) or SELECT (target), always sent, so the answer is fresh. Later calls work on this folder. FOLDER_UNREADABLE. */
  openFolder(path: string): Promise<FolderState>;
  /** UID FETCH (UID FLAGS INTERNALDATE RFC822.SIZE), ascending and distinct (a server's repetitions are dropped). */
  listMessages(range: UidRange): AsyncIterable<MessageMeta<Uid>>;
  /** UID FETCH (UID FLAGS); with `changedSince` only messages changed after that mod-sequence (RFC 7162). */
  listFlags(range: UidRange, changedSince?: string): AsyncIterable<FlagState<Uid>>;
  /** One UID FETCH for the set. Messages that are gone are simply absent. Order is the server's. */
  fetchMessages(uids: readonly Uid[]): AsyncIterable<FetchedMessage<Uid>>;
  /**
   * As `fetchMessages` for one group after the other. The next group is asked for before the one before has answered,
   * so that a long line stays full; groups are taken from the iterable no earlier than that.
   */
  fetchGroups(groups: Iterable<readonly Uid[]>): AsyncIterable<FetchedMessage<Uid>>;
  /**
   * UID FETCH (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (...)]): of each message only its `identityFields`, however
   * large its header is. Messages that are gone are simply absent. Order is the server's.
   */
  fetchHeaders(uids: readonly Uid[]): AsyncIterable<FetchedHeader<Uid>>;
  /** Ends the session now; what is in flight is abandoned (it may still be carried out by the server). Never throws. */
  close(): Promise<void>;
}

export interface SourceMailbox extends MailReader<SourceUid> {
  /**
   * `openFolder` and `fetchGroups` asked in one go. Take `messages` once `uidValidity` is told, and to their end, or
   * `abandon` them: until then the session does nothing else. FOLDER_UNREADABLE through `uidValidity`.
   */
  fetchFrom(path: string, groups: Iterable<readonly SourceUid[]>): FolderFetch<SourceUid>;
}

export interface OutgoingMessage {
  /** Never in one command with others (RFC 3502): its answer is to be its own. */
  alone?: boolean;
  flags: readonly string[];
  internalDate: InternalDate;
  octetCount: number;
  octets: AsyncIterable<Uint8Array>;
}

/** What the server said of one APPEND. Only `stored` proves anything; `refused` and `lost` leave the row in doubt. */
export type AppendAnswer =
  | {
      kind: 'stored';
      /** From APPENDUID; null without UIDPLUS or when the answer made no sense. */
      targetUid: TargetUid | null;
      uidValidity: number | null;
    }
  | {
      kind: 'refused';
      code: 'MESSAGE_TOO_LARGE' | 'MESSAGE_REFUSED' | 'TARGET_FULL' | 'FOLDER_REFUSED' | 'THROTTLED' | 'SERVER_REFUSED';
      retryAfterSeconds?: number;
      /** Messages that were refused with this one answer (MULTIAPPEND): which of them was meant is not said. */
      together?: number;
    }
  | { kind: 'lost' };

export interface TargetMailbox extends MailReader<TargetUid> {
  /** Creates parents too; an existing folder is success. FOLDER_REFUSED. */
  createFolder(path: string): Promise<void>;
  /**
   * Octets that a message may have in these folders, asked in one round trip; nothing is sent unless the capabilities
   * say that limits are told by folder. A folder that tells none is absent.
   */
  appendLimits(paths: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Idempotent. Failure is not worth an error: resolves false. */
  subscribe(path: string): Promise<boolean>;
  /**
   * Sends one message to the *open* folder. Resolves as soon as the octets are taken and there is room for another
   * (back-pressure); the server's answer comes later through `answer`, which never rejects: a dead connection is
   * `lost`. Answers come in the order of the calls. Not idempotent: that is what the copy protocol is for.
   */
  append(message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }>;
  /** UID STORE ±FLAGS.SILENT in the open folder; idempotent; UIDs that are gone are ignored. */
  storeFlags(uids: readonly TargetUid[], change: { add: readonly string[]; remove: readonly string[] }): Promise<void>;
  /** Of the open folder: flags that STORE/APPEND may set for good; `keywords` true when PERMANENTFLAGS has `\*`. */
  permanentFlags(): { flags: readonly string[]; keywords: boolean };
}

export type TlsMode = 'implicit' | 'starttls' | 'none';

export interface Endpoint {
  host: string;
  port: number;
  tls: TlsMode;
  auth: 'password';
  /** PEM text of the issuer to trust beside the system's; undefined = system's only. */
  ca?: string;
  allowPlaintext?: boolean;
  allowPrivateAddress?: boolean;
}

export interface Login {
  user: string;
  password: string;
}

/**
 * Opens sessions. Errors: SERVER_UNREACHABLE, ADDRESS_REFUSED, TLS_INVALID, TLS_UNAVAILABLE, LOGIN_REFUSED,
 * THROTTLED, CONNECTION_LOST. No credential is sent before TLS is verified (unless tls is `none`).
 */
export interface MailServers {
  openSource(endpoint: Endpoint, login: Login): Promise<SourceMailbox>;
  openTarget(endpoint: Endpoint, login: Login): Promise<TargetMailbox>;
  /** The target as a source is opened: with EXAMINE, and without a way to change anything. */
  openTargetToRead(endpoint: Endpoint, login: Login): Promise<MailReader<TargetUid>>;
}
