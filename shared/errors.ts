/**
 * The error catalogue. Every failure the system can name is here, with what it damages, whether trying again
 * helps, and what the human should do next. Retry lists of the workflow and `docs/errors.md` are generated from it.
 *
 * `retry`: `now` = the workflow retries at once with back-off; `later` = the next pass will try again;
 * `never` = a human must change something first.
 */
export const catalogue = {
  // ---- batch: nothing of the pass can go on
  SETTINGS_MISSING: {
    scope: 'batch',
    retry: 'never',
    hint: 'Put migration.json beside the CSV, then upload the CSV again.',
  },
  SETTINGS_INVALID: {
    scope: 'batch',
    retry: 'never',
    hint: 'Correct the named key in migration.json, then upload the CSV again.',
  },
  CSV_EMPTY: { scope: 'batch', retry: 'never', hint: 'Upload a CSV with a header and at least one row.' },
  CSV_HEADER_MISSING: {
    scope: 'batch',
    retry: 'never',
    hint: 'The first line must be EmailAddress,UserName,Password (TargetUserName,TargetPassword,UserRoot optional).',
  },
  CSV_UNREADABLE: {
    scope: 'batch',
    retry: 'never',
    hint: 'Save the file as "CSV UTF-8 (comma delimited)" and upload it again.',
  },
  CSV_GONE: { scope: 'batch', retry: 'never', hint: 'The CSV was deleted before it was read. Upload it again.' },
  BATCH_UNKNOWN: { scope: 'batch', retry: 'never', hint: 'Upload a CSV for this batch first.' },
  BATCH_CLOSED: { scope: 'batch', retry: 'never', hint: 'The batch is closed. Upload its CSV again to reopen it.' },
  // ---- mailbox: this mailbox ends incomplete, the others go on
  LOGIN_REFUSED: {
    scope: 'mailbox',
    retry: 'never',
    hint: 'Correct user name or password of this row and upload the CSV again.',
  },
  CREDENTIAL_MISSING: { scope: 'mailbox', retry: 'never', hint: 'Upload the CSV with this row again.' },
  CREDENTIAL_UNREADABLE: {
    scope: 'mailbox',
    retry: 'never',
    hint: 'The stored credential does not belong to this mailbox. Upload the CSV with this row again.',
  },
  SERVER_UNREACHABLE: {
    scope: 'mailbox',
    retry: 'now',
    hint: 'Check host and port in migration.json and the firewall between here and the server.',
  },
  ADDRESS_REFUSED: {
    scope: 'mailbox',
    retry: 'never',
    hint: 'The host resolves to a private or loopback address. Set allowPrivateAddress: true if that is intended.',
  },
  TLS_INVALID: {
    scope: 'mailbox',
    retry: 'never',
    hint: 'The server certificate is not valid for this host. Renew it, or name its issuer in caFile.',
  },
  TLS_UNAVAILABLE: {
    scope: 'mailbox',
    retry: 'never',
    hint: 'The server does not offer STARTTLS. Use tls: "implicit" with port 993.',
  },
  CONNECTION_LOST: { scope: 'mailbox', retry: 'now', hint: 'Nothing to do: the work is resumed.' },
  THROTTLED: { scope: 'mailbox', retry: 'now', hint: 'Nothing to do: the server asked for a pause, it is kept.' },
  TARGET_FULL: {
    scope: 'mailbox',
    retry: 'later',
    hint: 'Raise the quota of the target mailbox, then run the pass again.',
  },
  SERVER_REFUSED: {
    scope: 'mailbox',
    retry: 'now',
    hint: 'The server refused a command it should allow. See the details; try again later.',
  },
  COUNTS_DISAGREE: {
    scope: 'folder',
    retry: 'later',
    hint: 'The server reports different numbers for the same folder. Nothing was skipped; run the pass again.',
  },
  STUCK: {
    scope: 'mailbox',
    retry: 'later',
    hint: 'Three slices made no progress at the named message. Look at it, then run the pass again.',
  },
  CONTINUED: { scope: 'mailbox', retry: 'later', hint: 'More left than one pass may hold. The next pass goes on.' },
  MAILBOX_BUSY: { scope: 'mailbox', retry: 'later', hint: 'Another pass works on this mailbox. Try again later.' },
  STATE_DAMAGED: {
    scope: 'mailbox',
    retry: 'never',
    hint: 'A stored record cannot be read. Delete the state of this mailbox: the next pass rematches by content.',
  },
  // ---- folder
  FOLDER_REFUSED: {
    scope: 'folder',
    retry: 'later',
    hint: 'The target refused to create or open this folder. Rename it at the source or map it to another name.',
  },
  FOLDER_UNREADABLE: { scope: 'folder', retry: 'later', hint: 'The source refused to open this folder.' },
  UIDVALIDITY_CHANGED: {
    scope: 'folder',
    retry: 'later',
    hint: 'The server renumbered this folder during the pass. The next pass matches it by content.',
  },
  // ---- found by a verify pass
  NOT_COPIED: {
    scope: 'folder',
    retry: 'later',
    hint: 'The source holds messages that are not at the target yet. Run an incremental pass, then verify again.',
  },
  COPY_DIFFERS: {
    scope: 'folder',
    retry: 'never',
    hint: 'items.jsonl names these messages with the UIDs of both sides. Look at both; docs/operations.md says how to copy them again.',
  },
  // ---- message
  MESSAGE_REFUSED: {
    scope: 'message',
    retry: 'never',
    hint: 'The target refused this message. Its exact octets are in quarantine: a retry pass (mailferry retry) appends them again.',
  },
  MESSAGE_TOO_LARGE: {
    scope: 'message',
    retry: 'never',
    hint: 'Raise the size limit of the target (or limits.messageBytes), then run the pass again; what is in quarantine needs a retry pass (mailferry retry).',
  },
  OVER_ITEM_LIMIT: {
    scope: 'message',
    retry: 'never',
    hint: 'The mailbox holds more messages than limits.itemsPerMailbox. Raise it, then run the pass again: the newest follow.',
  },
  MESSAGE_UNREADABLE: {
    scope: 'message',
    retry: 'later',
    hint: 'The source did not hand out this message. Open it there with a mail program.',
  },
  // ---- inside
  LEASE_LOST: { scope: 'mailbox', retry: 'now', hint: 'Nothing to do: another worker took over.' },
  INTERNAL: {
    scope: 'mailbox',
    retry: 'later',
    hint: 'A defect in mailferry. Please report it with the log lines of this pass.',
  },
} as const satisfies Record<string, { scope: Scope; retry: RetryAdvice; hint: string }>;

export type Scope = 'message' | 'folder' | 'mailbox' | 'batch';
export type RetryAdvice = 'now' | 'later' | 'never';
export type ErrorCode = keyof typeof catalogue;

export const errorCodes: readonly ErrorCode[] = Object.keys(catalogue).filter(isErrorCode);

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(catalogue, value);
}

/** Codes that Step Functions retries by name: the catalogue's `retry: 'now'`. */
export const retriedNow: readonly ErrorCode[] = errorCodes.filter((code) => catalogue[code].retry === 'now');

/** Facts that may be shown anywhere: never a secret, a subject, a body or a server's raw text. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

export interface MigrationErrorOptions {
  details?: ErrorDetails;
  /** The server asked for this pause (throttling); the workflow waits, not the Lambda. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * The one error class that leaves a step. `name` equals `code` because Step Functions matches on it
 * (Lambda reports `error.name` as `errorType`).
 */
export class MigrationError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: MigrationErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = code;
    this.code = code;
    this.details = options.details ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get scope(): Scope {
    return catalogue[this.code].scope;
  }
  get retry(): RetryAdvice {
    return catalogue[this.code].retry;
  }
  get hint(): string {
    return catalogue[this.code].hint;
  }
}
