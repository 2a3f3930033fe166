/** The mail that is copied: which sizes, how many, in which folders. */
import { Writer, type CorpusMessage } from './message.ts';
import { Random } from './random.ts';

export const corpusKinds = ['S', 'M', 'L', 'X', 'E'] as const;
export type CorpusKind = (typeof corpusKinds)[number];

export interface CorpusSpec {
  kind: CorpusKind;
  count: number;
}

export const titles: Readonly<Record<CorpusKind, string>> = {
  S: 'about 4 KB each, one folder',
  M: 'mixed sizes (lognormal, median 15 KB), 20 folders',
  L: '5 to 30 MB each, one folder',
  X: '150 MB, one folder',
  E: 'an empty mailbox',
};

/** Few files, many octets. */
export const isLarge = ({ kind }: CorpusSpec): boolean => kind === 'L' || kind === 'X';

const mixedFolders: readonly [string, ...string[]] = [
  'INBOX',
  'Sent',
  'Drafts',
  'Trash',
  'Junk',
  'Archive',
  'Archive/2019',
  'Archive/2020',
  'Archive/2021',
  'Archive/2022',
  'Archive/2023',
  'Clients',
  'Clients/Acme Corp',
  'Clients/Globex',
  'Clients/Initech',
  'Invoices',
  'Newsletters',
  'Projects/Alpha',
  'Projects/Beta',
  'Travel',
];

const sizes: Readonly<Record<CorpusKind, (random: Random) => number>> = {
  S: (random) => Math.max(1_200, Math.round(4_096 + random.normal() * 900)),
  M: (random) => Math.min(25e6, Math.max(1_200, Math.round(15_000 * Math.exp(random.normal() * 1.79)))),
  L: (random) => random.integer(5e6, 30e6),
  // Just below the default limit of one message.
  X: () => 149_900_000,
  E: () => 0,
};

const seed = 20_240_229;

export function* corpusMessages({ kind, count }: CorpusSpec): Generator<CorpusMessage> {
  const random = new Random(seed ^ kind.charCodeAt(0));
  const writer = new Writer(random);
  for (let index = 0; index < count; index++) {
    const folder = kind === 'M' ? mixedFolder(random, index) : 'INBOX';
    yield writer.message(folder, index, sizes[kind](random));
  }
}

/** No folder is empty, and the first ones hold the most. */
function mixedFolder(random: Random, index: number): string {
  const at = index < mixedFolders.length ? index : Math.floor(random.next() ** 1.5 * mixedFolders.length);
  return mixedFolders[at] ?? 'INBOX';
}

/** Also the source's user name: lower case, as servers like it. */
export const corpusName = ({ kind, count }: CorpusSpec): string => `${kind.toLowerCase()}${count}`;
