/** Says in what two mailboxes differ, read by the independent client. Shares nothing with `shared/`. */
import { createHash } from 'node:crypto';
import { RawImap, type RawAccess, type RawMessage } from './raw-imap.ts';

export interface CompareOptions {
  /** Name at the other side of a folder of the first; null = not to be compared. */
  mapFolder?: (path: string) => string | null;
  /** Flags that may differ, in any case. */
  ignoreFlags?: readonly string[];
}

export interface Difference {
  /** As the second mailbox names it. */
  folder: string;
  what: 'folder missing' | 'folder extra' | 'count' | 'message missing' | 'message extra';
  detail: string;
}

type Folders = Map<string, RawMessage[]>;

export async function compareMailboxes(
  a: RawAccess,
  b: RawAccess,
  options: CompareOptions = {},
): Promise<Difference[]> {
  const mapFolder = options.mapFolder ?? ((path: string) => path);
  const [one, two] = await Promise.all([readAll(a, mapFolder), readAll(b, (path) => path)]);
  const ignored = new Set([...(options.ignoreFlags ?? []), '\\Recent'].map((flag) => flag.toLowerCase()));
  const missing = [...one].filter(([path]) => !two.has(path)).map(([path]) => whole(path, 'folder missing', one));
  // A folder that servers make by themselves and that holds nothing is no difference.
  const extra = [...two]
    .filter(([path, messages]) => !one.has(path) && messages.length > 0)
    .map(([path]) => whole(path, 'folder extra', two));
  const both = [...one].flatMap(([path, messages]) => {
    const other = two.get(path);
    return other ? compareFolder(path, { messages, other, ignored }) : [];
  });
  return [...missing, ...extra, ...both];
}

async function readAll(access: RawAccess, mapFolder: (path: string) => string | null): Promise<Folders> {
  const imap = await RawImap.login(access);
  try {
    const folders: Folders = new Map();
    for (const { path, attributes } of await imap.list()) {
      const mapped = mapFolder(path);
      if (mapped === null || attributes.some((a) => /^\\(?:noselect|nonexistent)$/i.test(a))) continue;
      folders.set(mapped, [...(folders.get(mapped) ?? []), ...(await imap.fetchAll(path))]);
    }
    return folders;
  } finally {
    imap.close();
  }
}

function whole(folder: string, what: Difference['what'], folders: Folders): Difference {
  return { folder, what, detail: `${folders.get(folder)?.length ?? 0} messages` };
}

interface Pair {
  messages: RawMessage[];
  other: RawMessage[];
  ignored: Set<string>;
}

function compareFolder(folder: string, { messages, other, ignored }: Pair): Difference[] {
  const [one, two] = [multiset(messages, ignored), multiset(other, ignored)];
  const only = (here: Map<string, number>, there: Map<string, number>, what: Difference['what']): Difference[] =>
    [...here].flatMap(([detail, count]) =>
      Array.from({ length: Math.max(0, count - (there.get(detail) ?? 0)) }, () => ({ folder, what, detail })),
    );
  const count: Difference[] =
    messages.length === other.length
      ? []
      : [{ folder, what: 'count', detail: `${messages.length} to ${other.length}` }];
  return [...count, ...only(one, two, 'message missing'), ...only(two, one, 'message extra')];
}

function multiset(messages: readonly RawMessage[], ignored: Set<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const message of messages) {
    const key = identity(message, ignored);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Content with every line end as CRLF (servers differ in that), flags, instant. */
function identity({ octets, flags, internalDate }: RawMessage, ignored: Set<string>): string {
  const canonical = Buffer.from(octets.toString('latin1').replaceAll(/\r\n|\n|\r/g, '\r\n'), 'latin1');
  const kept = flags.filter((flag) => !ignored.has(flag.toLowerCase())).sort();
  return `${createHash('sha256').update(canonical).digest('hex')} (${kept.join(' ')}) ${instant(internalDate)}`;
}

export function instant(internalDate: string): string {
  const date = new Date(internalDate.trim().replace(/^(\d+)-(\w+)-(\d+) /, '$1 $2 $3 '));
  return Number.isNaN(date.getTime()) ? internalDate : date.toISOString();
}
