/** The two sessions of a slice and the folder that is open on both. */
import { planSequenceOf, type ChunkId, type FolderKey } from '../../contract/ids.ts';
import type { PlannedFolder } from '../../contract/items.ts';
import { MigrationError } from '../../errors.ts';
import type { FolderState, SourceMailbox, TargetMailbox } from '../../ports/mail.ts';
import { bothOrNone, endpointsOf, revealLogins } from '../logins.ts';
import type { Assignment } from './slice.ts';

export class Sessions {
  readonly source: SourceMailbox;
  readonly target: TargetMailbox;
  /** Lower bound of the next UID in the open target folder. */
  uidFloor = 1;
  uidValidity = 0;
  /** UID of the last believed acknowledgement in the open target folder. */
  previousUid = 0;
  /** False: the source was renumbered since planning, its rows name nothing any more. */
  sourceValid = true;
  private current: FolderKey | null = null;

  private constructor(source: SourceMailbox, target: TargetMailbox) {
    this.source = source;
    this.target = target;
  }

  static async open(assignment: Assignment): Promise<Sessions> {
    const logins = await revealLogins(assignment.ports, assignment.key);
    const endpoints = endpointsOf(assignment.batch);
    const { servers } = assignment.ports;
    const { source, target } = await bothOrNone(
      servers.openSource(endpoints.source, logins.source),
      servers.openTarget(endpoints.target, logins.target),
    );
    return new Sessions(source, target);
  }

  /** Opens the folder on both sides unless it is open. */
  async enter(folder: PlannedFolder, chunkId: ChunkId): Promise<void> {
    if (this.current === folder.folderKey) return;
    this.current = null;
    const [source] = await Promise.all([
      this.source.openFolder(folder.sourcePath).catch(goneFolder),
      this.refresh(folder),
    ]);
    // A carried chunk may hold rows of a folder that was planned anew since: their UIDs mean other messages now.
    const isOpen = planSequenceOf(chunkId) > folder.settledSequence;
    this.sourceValid = isOpen && source !== null && source.uidValidity === folder.state.uidValidity;
    this.current = folder.folderKey;
  }

  /** A fresh SELECT of the target folder: what another session stored meanwhile becomes visible. */
  async refresh(folder: PlannedFolder): Promise<FolderState> {
    const state = await this.target.openFolder(folder.targetPath);
    this.uidValidity = state.uidValidity;
    this.uidFloor = state.uidNext;
    this.previousUid = 0;
    return state;
  }

  acknowledged(uid: number): void {
    this.previousUid = uid;
    this.uidFloor = Math.max(this.uidFloor, uid + 1);
  }

  async close(): Promise<void> {
    await Promise.all([this.source.close(), this.target.close()]);
  }
}

/** Deleted or renamed since planning: its rows are gone, the other folders go on (faults F23, F24). */
function goneFolder(error: unknown): null {
  if (error instanceof MigrationError && error.code === 'FOLDER_UNREADABLE') return null;
  throw error;
}
