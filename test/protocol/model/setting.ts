/** An instance of the model: a few messages, the workers there are, what may go wrong how often, and the rules. */
import { chunkIdOf, FolderKey, PassId, SourceUid, TargetUid, type ChunkId } from '../../../shared/contract/ids.ts';
import type { CopyRow, PlannedChunk, PlannedFolder } from '../../../shared/contract/items.ts';
import { headerIdentity, type HeaderIdentity } from '../../../shared/core/header-identity.ts';
import { instantKey } from '../../../shared/core/identity.ts';
import { untouchedChunk } from '../../../shared/core/protocol/chunk.ts';
import type { Rules } from './rules.ts';
import { faults, type Budget, type ChunkState, type State, type Stored } from './state.ts';

export interface Mail {
  text: string;
  day: number;
  /** Equal head and day, equal header identity (default: the text). */
  head?: string;
}

export interface Instance {
  /** Messages of the source: equal text and day = twins. `pass`: arrives before that pass (default 0). */
  messages: readonly (Mail & { pass?: number })[];
  /** For each worker that may be alive at once: the chunk it works on. */
  workers: readonly number[];
  windowRows: number;
  /** Messages of different days are cut into different chunks. */
  apart: boolean;
  uidPlus: boolean;
  /** Several messages per APPEND command. */
  together: boolean;
  slides: boolean;
  /** Idealised: a look-up waits until every abandoned APPEND has landed and every other worker is gone. */
  perfectWait: boolean;
  /** Writing a ledger part is a step of its own. */
  parts: boolean;
  /** The last pass, if it is later than messages and aborted passes ask for. */
  passes: number;
  /** Other mail that may arrive at the target too, not only equal mail. */
  stranger: Mail | null;
  /** The target stores other octets than it is given, and keeps the header fields that identify a message. */
  rewrites: boolean;
  /** What another tool has put there before the first plan. */
  planted: readonly Mail[];
  /** Nobody knows yet whether it does. */
  learns: boolean;
  budget: Partial<Budget>;
  rules: Rules;
}

export interface Setting extends Instance {
  chunks: readonly { id: ChunkId; pass: number; rows: readonly CopyRow[] }[];
  lastPass: number;
  /** Different messages. */
  kinds: readonly string[];
  /** By source UID - 1: which message it is. */
  messageOf: readonly number[];
  /** By message: what the source has, and what a copy of it has at the target. */
  identities: readonly string[];
  copyIdentities: readonly string[];
  headers: readonly (HeaderIdentity | null)[];
  instants: readonly string[];
}

export const folderKey = FolderKey.parse('0123456789abcdef');
export const passId = PassId.parse('pass');

export const dateOf = (day: number): string => `${String(day).padStart(2, '0')}-Mar-2026 10:00:00 +0000`;

/** `apart`: so that cutting makes as many chunks as it can. */
const cutLimits = (apart: boolean) => ({
  maxChunks: 40,
  nowMs: Date.parse('2026-04-01T00:00:00Z'),
  connections: apart ? 2 : 1,
  target: { splitsFolders: true, folderChangeRows: 0, leastRows: 1, usualRows: apart ? 1 : 1_000 },
});

export function settingOf(instance: Instance): Setting {
  const { messages, rules, stranger, planted } = instance;
  const mail: Mail[] = [...messages, ...(stranger ? [stranger] : []), ...planted];
  const kinds = [...new Set(mail.map(kindOf))];
  const rows = messages.map(({ day }, i): CopyRow => ({
    folder: folderKey,
    sourceUid: SourceUid.parse(i + 1),
    internalDate: dateOf(day),
    sizeBytes: 1,
    flags: [],
    candidates: candidatesOf(instance, dateOf(day)),
  }));
  const passOf = (row: CopyRow): number => messages[row.sourceUid - 1]?.pass ?? 0;
  const lastPass = Math.max(...rows.map(passOf));
  const passes = Array.from({ length: lastPass + 1 }, (_, pass) => pass);
  const chunks = passes.flatMap((pass) =>
    rules
      .cutChunks(
        rows.filter((row) => passOf(row) === pass),
        cutLimits(instance.apart),
      )
      .map((cut, n) => ({ id: chunkIdOf(pass + 1, n + 1), pass, rows: cut })),
  );
  const byKind = kinds.map((kind) => mail.find((one) => kindOf(one) === kind) ?? { text: '', day: 1 });
  const identityOf = (prefix: string) => byKind.map(({ text, day }) => rules.identityOf(prefix + text, dateOf(day)));
  return {
    ...instance,
    chunks,
    lastPass: Math.max(lastPass, instance.budget.abort ?? 0, instance.passes),
    kinds,
    messageOf: messages.map((one) => kinds.indexOf(kindOf(one))),
    identities: identityOf(''),
    copyIdentities: identityOf(instance.rewrites ? 'rewritten ' : ''),
    headers: byKind.map(headersOf),
    instants: byKind.map(({ day }) => instantKey(dateOf(day))),
  };
}

const headersOf = (mail: Mail): HeaderIdentity | null =>
  headerIdentity(Buffer.from(octetsOf(mail), 'latin1'), dateOf(mail.day));

export const octetsOf = ({ text, head = text }: Mail): string =>
  `Message-ID: <${head}@x>\r\nSubject: ${head}\r\n\r\n${text}\r\n`;

/** candidates.ts of the steps. */
function candidatesOf({ planted }: Instance, internalDate: string): TargetUid[] {
  const at = ({ day }: Mail): boolean => instantKey(dateOf(day)) === instantKey(internalDate);
  return planted.flatMap((mail, i) => (at(mail) ? [TargetUid.parse(i + 1)] : []));
}

const plantedOf = ({ planted, kinds }: Setting): Stored[] =>
  planted.map((mail, i) => ({ uid: i + 1, message: kinds.indexOf(kindOf(mail)), ours: false, there: true }));

const kindOf = ({ text, day }: Mail): string => `${text}@${day}`;

export function startOf(setting: Setting): State {
  const chunks = setting.chunks.map(({ id }): ChunkState => ({ record: untouchedChunk(id), parts: [], truth: [] }));
  const budget = Object.fromEntries(faults.map((fault) => [fault, setting.budget[fault] ?? 0]));
  return {
    target: { uidValidity: 1, uidNext: setting.planted.length + 1, copies: plantedOf(setting) },
    abandoned: [],
    expunged: [],
    folder: { record: null, ledger: [], rewrites: setting.learns ? null : setting.rewrites },
    pass: {
      number: 0,
      entry: plannedFolder({ expectedRows: arrived(setting, 0), rematch: true, settledSequence: 0, vanished: [] }),
      chunks: setting.chunks.flatMap(({ pass }, k) => (pass === 0 ? [k] : [])),
      seen: null,
      ending: null,
      verdict: null,
    },
    budget: budgetOf(budget),
    chunks,
    workers: setting.workers.map(() => null),
  };
}

function budgetOf(given: Record<string, number | undefined>): Budget {
  const of = (fault: keyof Budget): number => given[fault] ?? 0;
  return {
    crash: of('crash'),
    cut: of('cut'),
    refuse: of('refuse'),
    halt: of('halt'),
    takeOver: of('takeOver'),
    take: of('take'),
    foreign: of('foreign'),
    expunge: of('expunge'),
    rerun: of('rerun'),
    abort: of('abort'),
    renumber: of('renumber'),
    rest: of('rest'),
    lostWrite: of('lostWrite'),
    misname: of('misname'),
  };
}

/** Messages that have come to the source when `pass` is planned. */
const arrived = (setting: Setting, pass: number): number =>
  setting.messages.filter((message) => (message.pass ?? 0) <= pass).length;

export const plannedFolder = (
  over: Pick<PlannedFolder, 'expectedRows' | 'rematch' | 'settledSequence' | 'vanished'>,
): PlannedFolder => ({
  folderKey,
  sourcePath: 'INBOX',
  targetPath: 'INBOX',
  state: { uidValidity: 1, uidNext: 1, messageCount: 0, highestModSeq: null },
  failure: null,
  ...over,
});

export const plannedChunk = (chunkId: ChunkId, rows: readonly CopyRow[]): PlannedChunk => ({
  chunkId,
  kind: 'copy',
  rows: { bucket: 'data', key: 'rows' },
  rowCount: rows.length,
  sizeBytes: 1,
  folders: [folderKey],
});
