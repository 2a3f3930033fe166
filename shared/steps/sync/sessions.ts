/** The two sessions of a slice and the folder that is open on both. */
import { planSequenceOf, type ChunkId, type SourceUid } from '../../contract/ids.ts';
import type { PlannedFolder } from '../../contract/items.ts';
import type { HeaderIdentity } from '../../core/header-identity.ts';
import { messageLimitBytes } from '../../core/plan/over-limits.ts';
import { MigrationError } from '../../errors.ts';
import type { FolderState, SourceMailbox, TargetMailbox } from '../../ports/mail.ts';
import { bothOrNone, endpointsOf, revealLogins } from '../logins.ts';
import type { Sample } from './samples.ts';
import { beginAhead, type Ahead } from './look-ahead.ts';
import type { Assignment, Slice } from './slice.ts';

export interface Absence {
  outcome: 'gone' | 'skipped';
  code: 'UIDVALIDITY_CHANGED' | 'FOLDER_UNREADABLE' | null;
}
const renumbered: Absence = { outcome: 'gone', code: 'UIDVALIDITY_CHANGED' };
/** Also renamed: under the new name it is a folder of the next pass (faults F23, F24). */
const deleted: Absence = { outcome: 'gone', code: null };
const unreadable: Absence = { outcome: 'skipped', code: 'FOLDER_UNREADABLE' };

export class Sessions {
  /** Lower bound of the next UID in the open target folder. */
  uidFloor = 1;
  uidValidity = 0;
  /** UID of the last believed acknowledgement in the open target folder. */
  previousUid = 0;
  /** False: the source was renumbered since planning, its rows name nothing any more. */
  sourceValid = true;
  /** What becomes of rows whose source folder is not valid. */
  absence: Absence = renumbered;
  /** What the settings and the target's refusals (of this folder, if it tells limits by folder) leave: no more is fetched. */
  messageLimitBytes: number;
  /** The target stores other octets than it is given; null: not known yet. */
  rewrites: boolean | null;
  /** Some acknowledged copies of the open folder, from which `rewrites` can be learnt. */
  samples: Sample[] = [];
  /** Header identities of the open source folder that were asked for; null: says nothing. */
  readonly headers = new Map<SourceUid, HeaderIdentity | null>();
  private readonly wantedBytes: number;
  private readonly sides: { source: SourceMailbox; target: TargetMailbox };
  private current: PlannedFolder | null = null;
  private ahead: Ahead | null = null;

  private constructor(sides: { source: SourceMailbox; target: TargetMailbox }, { batch, mailbox }: Assignment) {
    this.sides = sides;
    this.rewrites = mailbox.rewrites;
    this.wantedBytes = messageLimitBytes(batch.settings.limits, sides.target.capabilities);
    this.messageLimitBytes = this.wantedBytes;
  }

  /** Not while the next folder is on its way: UIDs of the one would name messages of the other. */
  get source(): SourceMailbox {
    if (this.ahead) throw new MigrationError('INTERNAL', 'The source is at the next folder already.');
    return this.sides.source;
  }

  get target(): TargetMailbox {
    if (this.ahead && this.ahead.folder !== this.current)
      throw new MigrationError('INTERNAL', 'The target is at the next folder already.');
    return this.sides.target;
  }

  static async open(assignment: Assignment): Promise<Sessions> {
    const logins = await revealLogins(assignment.ports, assignment.key);
    const endpoints = endpointsOf(assignment.batch);
    const { servers } = assignment.ports;
    return new Sessions(
      await bothOrNone(
        servers.openSource(endpoints.source, logins.source),
        servers.openTarget(endpoints.target, logins.target),
      ),
      assignment,
    );
  }

  /** Opens the folder on both sides unless it is open. */
  async enter(folder: PlannedFolder, chunkId: ChunkId): Promise<void> {
    if (this.current === folder) return;
    if (this.ahead?.folder !== folder) await this.stay();
    this.current = null;
    this.samples = [];
    this.headers.clear();
    if (this.sides.target.capabilities.appendLimitByFolder) this.messageLimitBytes = this.wantedBytes;
    const { ahead } = this;
    const [uidValidity, state] = await Promise.all([
      (ahead?.fetch.uidValidity ?? this.sourceUidValidity(folder)).catch(notOpened),
      ahead?.target ?? this.sides.target.openFolder(folder.targetPath),
    ]);
    this.atTarget(state);
    // A carried chunk may hold rows of a folder that was planned anew since: their UIDs mean other messages now.
    const isOpen = planSequenceOf(chunkId) > folder.settledSequence;
    this.sourceValid = isOpen && uidValidity === folder.state.uidValidity;
    this.current = folder;
    if (ahead && !this.sourceValid) await this.stay();
    this.absence = uidValidity === null ? await this.absenceOf(folder) : renumbered;
  }

  /** Begins to open the folder of row `from`, if it is another one; `enter` it next, or `stay`. */
  lookAhead(slice: Slice, at: { from: number; limitBytes: number }): void {
    if (this.current && slice.rows[at.from]?.folder !== this.current.folderKey)
      this.ahead = beginAhead(this.sides, slice, at);
  }

  /** The messages of rows that were asked for ahead, if they are all of these. */
  takeAhead(indexes: readonly number[]): Ahead | null {
    const { ahead } = this;
    if (!ahead || ahead.folder !== this.current || !indexes.every((i) => i >= ahead.from && i < ahead.to)) return null;
    this.ahead = null;
    return ahead;
  }

  /** All rows of the window are on their way, so nothing else will be asked of the source for them. */
  isAheadOf({ from, to, doubt }: { from: number; to: number; doubt: boolean }): boolean {
    const { ahead } = this;
    return ahead !== null && !doubt && ahead.folder === this.current && from >= ahead.from && to <= ahead.to;
  }

  /** Back to the open folder, for whatever else is to be asked of it. */
  async stay(): Promise<void> {
    const { ahead, current: folder } = this;
    if (!ahead) return;
    await ahead.fetch.abandon();
    await ahead.target.catch(() => null);
    this.ahead = null;
    if (!folder) return;
    const uidValidity = await this.sourceUidValidity(folder).catch(notOpened);
    this.sourceValid &&= uidValidity === folder.state.uidValidity;
    if (uidValidity === null) this.absence = await this.absenceOf(folder);
    if (ahead.folder !== folder) this.atTarget(await this.sides.target.openFolder(folder.targetPath));
  }

  /** A folder that the source still lists is not gone: it refuses for now, and the next pass asks again. */
  private async absenceOf({ sourcePath }: PlannedFolder): Promise<Absence> {
    const listed = await this.sides.source.listFolders();
    return listed.some(({ path }) => path === sourcePath) ? unreadable : deleted;
  }

  /** A fresh SELECT of the target folder: what another session stored meanwhile becomes visible. */
  async refresh(folder: PlannedFolder): Promise<FolderState> {
    await this.stay();
    const state = await this.sides.target.openFolder(folder.targetPath);
    this.atTarget(state);
    return state;
  }

  private async sourceUidValidity({ sourcePath }: PlannedFolder): Promise<number> {
    return (await this.sides.source.openFolder(sourcePath)).uidValidity;
  }

  private atTarget(state: FolderState): void {
    this.uidValidity = state.uidValidity;
    this.uidFloor = state.uidNext;
    this.previousUid = 0;
  }

  acknowledged(uid: number): void {
    this.previousUid = uid;
    this.uidFloor = Math.max(this.uidFloor, uid + 1);
  }

  /** The target has no room for messages of this size, which it did not say before (faults F31). */
  refusedAsTooLarge(sizeBytes: number): void {
    this.messageLimitBytes = Math.min(this.messageLimitBytes, sizeBytes - 1);
  }

  async close(): Promise<void> {
    await Promise.all([this.sides.source.close(), this.sides.target.close()]);
  }
}

/** The other folders of the chunk go on (faults F23, F24). */
function notOpened(error: unknown): null {
  if (error instanceof MigrationError && error.code === 'FOLDER_UNREADABLE') return null;
  throw error;
}
