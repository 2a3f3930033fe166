/** One folder of a verify pass: the source's listing beside the ledger, row by row. */
import { FolderKey, type SourceUid, type TargetUid } from '../../contract/ids.ts';
import { LedgerRow, type FolderRecord, type GoneFolder, type PlannedFolder } from '../../contract/items.ts';
import { planKeys } from '../../contract/keys.ts';
import { InspectedFolder, type VerifyRow } from '../../contract/verify.ts';
import { instantKey } from '../../core/identity.ts';
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import { possibleDate } from '../../core/repair/possible-date.ts';
import { isDelivered, isNameless, verifyRow } from '../../core/verify/verify-row.ts';
import { catalogue, MigrationError } from '../../errors.ts';
import type { FolderState, MailReader, MessageMeta, SourceMailbox } from '../../ports/mail.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { listWhole } from './list-folder.ts';
import type { PlanPorts } from './planning.ts';

export interface Inspecting {
  ports: PlanPorts;
  key: MailboxKey;
  /** Number of the plan being made. */
  sequence: number;
  passId: string;
  source: SourceMailbox;
  target: MailReader<TargetUid>;
  records: ReadonlyMap<FolderKey, FolderRecord>;
  /** Target folders that exist. */
  targetPaths: Set<string>;
}

/** Folders that an earlier invocation of this plan has inspected. */
export async function keptInspections(at: Inspecting): Promise<Map<FolderKey, InspectedFolder>> {
  const kept = new Map<FolderKey, InspectedFolder>();
  const { ports, key, sequence, passId } = at;
  for await (const object of ports.data.list(planKeys.inspections(key.batch, key.mailboxId, sequence, passId))) {
    const inspected = await ports.data.readJson(object, (v) => InspectedFolder.parse(v));
    if (inspected) kept.set(inspected.folder.folderKey, inspected);
  }
  return kept;
}

/** Damage of one folder stays in that folder; anything wider (session, login, throttling) ends the invocation. */
export async function inspectFolder(at: Inspecting, mapped: MappedFolder): Promise<InspectedFolder> {
  const { ports, key, sequence, passId } = at;
  const inspected = await inspectReadable(at, mapped).catch((error: unknown) => {
    if (!(error instanceof MigrationError) || catalogue[error.code].scope !== 'folder') throw error;
    const failure = { code: error.code, message: error.message };
    // What the ledger knows of it is shown as missing: the report must not look smaller than the mailbox.
    const state = { ...unknownState, messageCount: at.records.get(mapped.folderKey)?.rowCount ?? 0 };
    return { folder: { ...unread(mapped), state, failure }, rowCount: 0, sizeBytes: 0 };
  });
  // After its rows: who finds it finds them.
  const prefix = planKeys.inspections(key.batch, key.mailboxId, sequence, passId);
  await ports.data.putJson(`${prefix}${mapped.folderKey}.json`, inspected);
  return inspected;
}

const unknownState: FolderState = { uidValidity: 0, uidNext: 0, messageCount: 0, highestModSeq: null };

const unread = (mapped: MappedFolder): PlannedFolder => ({
  ...mapped,
  state: unknownState,
  expectedRows: 0,
  rematch: false,
  settledSequence: 0,
  vanished: [],
  failure: null,
  verify: { targetUidValidity: null, goneAtSource: 0 },
});

/** Folders that the source no longer lists: nothing is left to compare, but what was delivered from them is told. */
export function goneFolders({ records }: Inspecting, gone: readonly GoneFolder[]): InspectedFolder[] {
  const paths = new Set(gone.map(({ sourcePath }) => sourcePath));
  return [...records.values()]
    .filter(({ sourcePath }) => paths.has(sourcePath))
    .map(({ folderKey, sourcePath, targetPath, rowCount }) => {
      const verify = { targetUidValidity: null, goneAtSource: rowCount };
      return { folder: { ...unread({ folderKey, sourcePath, targetPath }), verify }, rowCount: 0, sizeBytes: 0 };
    });
}

async function inspectReadable(at: Inspecting, mapped: MappedFolder): Promise<InspectedFolder> {
  const { ports, key, sequence, passId, source, target } = at;
  const record = at.records.get(mapped.folderKey) ?? null;
  const { state, messages } = await listWhole(source, mapped.sourcePath, null);
  if (record) assertSameUids(record, state);
  const held = at.targetPaths.has(mapped.targetPath) ? await target.openFolder(mapped.targetPath) : null;
  const uidsCount = held !== null && record?.targetUidValidity === held.uidValidity;
  const joined = new Joined(mapped.folderKey, uidsCount);
  const ledger = record ? ports.data.readLines(record.ledger.key, (v) => LedgerRow.parse(v)) : [];
  const rows = withCopies(joined.rows(messages, ledger), { folder: mapped.folderKey, target, held, joined });
  const prefix = planKeys.inspectedRows(key.batch, key.mailboxId, sequence, passId);
  await ports.data.putLines(`${prefix}${mapped.folderKey}.jsonl`, rows);
  const verify = { targetUidValidity: held?.uidValidity ?? null, goneAtSource: joined.goneAtSource };
  const folder = { ...unread(mapped), state, expectedRows: messages.length, failure: joined.doubleClaim(), verify };
  return { folder, rowCount: joined.rowCount, sizeBytes: joined.sizeBytes };
}

/** UIDs of before name other messages now: only a pass that matches by content can say which. */
function assertSameUids({ checkpoint }: FolderRecord, state: FolderState): void {
  if (checkpoint.uidValidity === state.uidValidity && checkpoint.uidNext <= state.uidNext) return;
  throw new MigrationError(
    'UIDVALIDITY_CHANGED',
    'The source renumbered this folder since it was copied: run an incremental pass before you verify.',
  );
}

/** The join of listing and ledger, both ascending by source UID, and what is learnt of the folder while it streams by. */
class Joined {
  goneAtSource = 0;
  rowCount = 0;
  sizeBytes = 0;
  readonly claimed = new Set<number>();
  /** INTERNALDATE instants of delivered rows without a known target UID. */
  readonly namelessInstants = new Set<string>();
  /** One of them at least was delivered on the evidence of headers. */
  namelessByHeaders = false;
  private doubles = 0;
  private readonly folder: FolderKey;
  private readonly uidsCount: boolean;

  constructor(folder: FolderKey, uidsCount: boolean) {
    this.folder = folder;
    this.uidsCount = uidsCount;
  }

  async *rows(
    listed: readonly MessageMeta<SourceUid>[],
    ledger: AsyncIterable<LedgerRow> | Iterable<LedgerRow>,
  ): AsyncGenerator<VerifyRow, void, void> {
    let next = 0;
    for await (const row of ledger) {
      this.claim(row);
      for (let m = listed[next]; m && m.uid < row.sourceUid; m = listed[++next]) yield this.note(m, null);
      const message = listed[next];
      if (message?.uid === row.sourceUid) {
        next += 1;
        yield this.note(message, row);
      } else if (row.outcome !== 'gone') this.goneAtSource += 1;
    }
    for (let m = listed[next]; m; m = listed[++next]) yield this.note(m, null);
  }

  count(row: VerifyRow): VerifyRow {
    this.rowCount += 1;
    this.sizeBytes += row.sizeBytes;
    return row;
  }

  /** Two rows may hold one copy and all sums add up (protocol section 6, rule 2). */
  doubleClaim(): PlannedFolder['failure'] {
    const message = `${this.doubles} copies at the target were claimed by two messages.`;
    return this.doubles === 0 ? null : { code: 'COUNTS_DISAGREE', message };
  }

  private note(message: MessageMeta<SourceUid>, row: LedgerRow | null): VerifyRow {
    const joined = verifyRow(this.folder, message, { row, uidsCount: this.uidsCount });
    if (isNameless(joined)) {
      this.namelessInstants.add(instantKey(possibleDate(joined.internalDate).internalDate));
      this.namelessByHeaders ||= joined.byHeaders === true;
    }
    return this.count(joined);
  }

  private claim(row: LedgerRow): void {
    if (row.targetUid === null || !this.uidsCount || !isDelivered(row)) return;
    if (this.claimed.has(row.targetUid)) this.doubles += 1;
    this.claimed.add(row.targetUid);
  }
}

/** Behind the rows, the copies that may be those of nameless ones; only then the target is listed at all. */
async function* withCopies(
  rows: AsyncIterable<VerifyRow>,
  at: { folder: FolderKey; target: MailReader<TargetUid>; held: FolderState | null; joined: Joined },
): AsyncGenerator<VerifyRow, void, void> {
  yield* rows;
  const { folder, target, held, joined } = at;
  if (joined.namelessInstants.size === 0 || !held || held.messageCount === 0) return;
  for await (const { uid: targetUid, internalDate, sizeBytes } of target.listMessages({ first: 1, last: '*' })) {
    if (joined.claimed.has(targetUid) || !joined.namelessInstants.has(instantKey(internalDate))) continue;
    const copy = { folder, sourceUid: null, targetUid, internalDate, sizeBytes, outcome: null, code: null };
    yield joined.count(joined.namelessByHeaders ? { ...copy, byHeaders: true } : copy);
  }
}
