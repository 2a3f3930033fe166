import type { SourceUid } from '../../../shared/contract/ids.ts';
import type {
  Endpoint,
  Login,
  MailServers,
  OutgoingMessage,
  SourceMailbox,
  TargetMailbox,
} from '../../../shared/ports/mail.ts';

export interface Planted {
  octets: Uint8Array;
  flags?: readonly string[];
  internalDate?: string;
}

/** The user's hand: sees and changes a mailbox without the adapter. */
export interface Mailbox {
  login: Login;
  create(path: string): Promise<void>;
  plant(path: string, message: Planted): Promise<void>;
  remove(path: string, uid: number): Promise<void>;
  see(path: string): Promise<{ uid: number; octets: Uint8Array; flags: readonly string[]; internalDate: string }[]>;
}

export interface MailWorld {
  servers: MailServers;
  endpoint: Endpoint;
  /** A fresh, empty mailbox, the same one as source and as target. */
  mailbox(): Promise<Mailbox>;
  close(): Promise<void>;
}

/** What the rules work with; sessions are closed at the end. */
export interface Suite {
  mailbox: () => Promise<Mailbox>;
  source: (mailbox: Mailbox) => Promise<SourceMailbox>;
  target: (mailbox: Mailbox) => Promise<TargetMailbox>;
  world: () => MailWorld;
}

export const date = '17-Jul-1996 02:44:25 -0700';

export const oddMessages: [string, Buffer][] = [
  ['8-bit octets', Buffer.concat([Buffer.from('Subject: \xe9\xff\r\n\r\n', 'latin1'), allOctets()])],
  ['no newline at the end', Buffer.from('Subject: a\r\n\r\nlast line')],
  ['a header only', Buffer.from('Subject: a\r\n')],
  ['text that looks like IMAP', Buffer.from('Subject: x {3}\r\n\r\n)\r\nA1 OK done\r\n* BYE\r\n{5}\r\n')],
  ['3 MB', Buffer.from(`Subject: big\r\n\r\n${'0123456789abcdef\r\n'.repeat(175_000)}`)],
];

export function mail(subject: string): Buffer {
  return Buffer.from(`Subject: ${subject}\r\n\r\nbody\r\n`);
}

export function outgoing(octets: Buffer, flags: readonly string[]): OutgoingMessage {
  return { flags, internalDate: date, octetCount: octets.length, octets: inParts(octets) };
}

async function* inParts(octets: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < octets.length; at += 50_000) yield octets.subarray(at, at + 50_000);
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

export async function uidsOf(session: SourceMailbox): Promise<SourceUid[]> {
  return (await all(session.listMessages({ first: 1, last: '*' }))).map(({ uid }) => uid);
}

export async function fetched(session: SourceMailbox, uids: readonly SourceUid[]) {
  const messages: { uid: number; octetCount: number; octets: Buffer }[] = [];
  for await (const { uid, octetCount, octets } of session.fetchMessages(uids)) {
    messages.push({ uid, octetCount, octets: Buffer.concat(await all(octets)) });
  }
  return messages;
}

export function textOf(header: { octets: Uint8Array } | undefined): string {
  return Buffer.from(header?.octets ?? []).toString('latin1');
}

export function instant(internalDate = ''): number {
  return Date.parse(internalDate.trim().replace(/^(\d+)-(\w+)-(\d+) /, '$1 $2 $3 '));
}

export function systemAndLabels(flags: readonly string[] = []): string[] {
  return flags.filter((flag) => flag !== '\\Recent').sort();
}

/** Every octet but NUL, CR, LF: servers rewrite those three. */
function allOctets(): Buffer {
  return Buffer.from(Array.from({ length: 256 }, (_, octet) => octet).filter((octet) => ![0, 10, 13].includes(octet)));
}

export function everythingIn(error: unknown): string {
  return error instanceof Error
    ? `${error.stack} ${JSON.stringify(error)} ${everythingIn(error.cause)}`
    : String(error);
}
