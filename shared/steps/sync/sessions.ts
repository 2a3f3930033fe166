/** The two sessions of a slice and the folder that is open on both. */
import { planSequenceOf, type ChunkId, type FolderKey, type SourceUid } from '../../contract/ids.ts';
import type { PlannedFolder } from '../../contract/items.ts';
import type { HeaderIdentity } from '../../core/header-identity.ts';
import { messageLimitBytes } from '../../core/plan/over-limits.ts';
import { MigrationError } from '../../errors.ts';
import type { FolderState, SourceMailbox, TargetMailbox } from '../../ports/mail.ts';
import { bothOrNone, endpointsOf, revealLogins } from '../logins.ts';
import type { Sample } from './learn-rewrites.ts';
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
  /** What the settings and the target's refusals leave: larger messages are not even fetched. */
  messageLimitBytes: number;
  /** The target stores other octets than it is given; null: not known yet. */
  rewrites: boolean | null;
  /** Some acknowledged copies of the open folder, from which `rewrites` can be learnt. */
  samples: Sample[] = [];
  /** Header identities of the open source folder that were asked for; null: says nothing. */
  readonly headers = new Map<SourceUid, HeaderIdentity | null>();
  private current: FolderKey | null = null;

  private constructor(source: SourceMailbox, target: TargetMailbox, { batch, mailbox }: Assignment) {
    this.source = source;
    this.target = target;
    this.rewrites = mailbox.rewrites;
    this.messageLimitBytes = messageLimitBytes(batch.settings.limits, target.capabilities);
  }

  static async open(assignment: Assignment): Promise<Sessions> {
    const logins = await revealLogins(assignment.ports, assignment.key);
    const endpoints = endpointsOf(assignment.batch);
    const { servers } = assignment.ports;
    const { source, target } = await bothOrNone(
      servers.openSource(endpoints.source, logins.source),
      servers.openTarget(endpoints.target, logins.target),
    );
    return new Sessions(source, target, assignment);
  }

  /** Opens the folder on both sides unless it is open. */
  async enter(folder: PlannedFolder, chunkId: ChunkId): Promise<void> {
    if (this.current === folder.folderKey) return;
    this.current = null;
    this.samples = [];
    this.headers.clear();
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

  /** The target has no room for messages of this size, which it did not say before (faults F31). */
  refusedAsTooLarge(sizeBytes: number): void {
    this.messageLimitBytes = Math.min(this.messageLimitBytes, sizeBytes - 1);
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
