/** What planning one mailbox works with. */
import type { FolderKey } from '../../contract/ids.ts';
import type {
  CopyRow,
  FlagsRow,
  FolderRecord,
  GoneFolder,
  MailboxRecord,
  PlannedChunk,
  PlannedFolder,
  SkippedRow,
} from '../../contract/items.ts';
import type { Settings } from '../../contract/settings.ts';
import type { SourceMailbox, TargetMailbox } from '../../ports/mail.ts';
import type { Ports } from '../../ports/ports.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import type { FolderLimits } from './folder-limits.ts';

export type PlanPorts = Pick<
  Ports,
  'batches' | 'mailboxes' | 'folders' | 'credentials' | 'cipher' | 'data' | 'servers' | 'clock' | 'telemetry'
>;

/** What an earlier plan left undone. */
export interface Carried {
  /** Chunks with rows that no ledger has yet, in the order of the earlier plan. */
  chunks: readonly PlannedChunk[];
  /** Entries of their folders in that plan. */
  pending: ReadonlyMap<FolderKey, PlannedFolder>;
  /** Number of that plan; 0 when all is settled. */
  sequence: number;
}

export interface Planning {
  ports: PlanPorts;
  key: MailboxKey;
  settings: Settings;
  mailbox: MailboxRecord;
  /** What is in quarantine is tried again. */
  retry: boolean;
  /** Number of the plan being made. */
  sequence: number;
  source: SourceMailbox;
  target: TargetMailbox;
  records: ReadonlyMap<FolderKey, FolderRecord>;
  carried: Carried;
  /** Folders with a record that the source lists no more. */
  gone: GoneFolder[];
  /** Source folders that its user is not subscribed to. */
  hidden: Set<string>;
  /** Target folders that exist. */
  targetPaths: Set<string>;
  folderLimits: FolderLimits;
}

/** One folder, planned. */
export interface FolderPlan {
  folder: PlannedFolder;
  rows: CopyRow[];
  /** Over a limit; known once all folders are listed. */
  skipped: SkippedRow[];
  flags: FlagsRow[];
  droppedKeywords: number;
}

/** Nothing to copy, to leave out, to change or to settle. */
export function isQuiet({ folder, rows, skipped, flags }: FolderPlan): boolean {
  return (
    rows.length + skipped.length + flags.length + folder.vanished.length === 0 &&
    !folder.rematch &&
    folder.failure === null
  );
}
