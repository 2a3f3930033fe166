/**
 * What a group of folders holds on both sides, asked for all at once: a few round trips for the group instead of six
 * for each folder. Nothing is decided here; what a folder needs beyond it, `planFolder` asks for.
 */
import type { FolderKey, SourceUid } from '../../contract/ids.ts';
import { baseOf } from '../../core/plan/decide-folder.ts';
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import { MigrationError } from '../../errors.ts';
import type { FolderState, MessageMeta } from '../../ports/mail.ts';
import { candidatesAmong, type Candidates } from './candidates.ts';
import { ensureTarget } from './ensure-target.ts';
import type { Planning } from './planning.ts';

export interface Seen {
  state: FolderState | MigrationError;
  /** Listed from this UID on: the first that no checkpoint covers. */
  firstUid: number;
  messages: readonly MessageMeta<SourceUid>[];
  /** Of the target folder, which exists now; null where no match by content was foreseen. */
  candidates: Candidates | MigrationError | null;
}

/** Folders that are surveyed together: few enough that their listings are kept before the time is up. */
export const surveyedTogether = 32;

export async function surveyFolders(
  planning: Planning,
  mapped: readonly MappedFolder[],
): Promise<ReadonlyMap<FolderKey, Seen>> {
  const questions = mapped.map((folder) => ({ folder, firstUid: firstUidOf(planning, folder) }));
  const [surveyed, candidates] = await Promise.all([
    planning.source.survey(
      questions.map(({ folder, firstUid }) => ({ path: folder.sourcePath, list: { first: firstUid, last: '*' } })),
    ),
    readyTargets(
      planning,
      questions.filter(({ firstUid }) => firstUid === 1).map(({ folder }) => folder),
    ),
  ]);
  return new Map(
    questions.map(({ folder: { folderKey, sourcePath }, firstUid }, i) => {
      const seen = surveyed[i] ?? { state: unanswered(sourcePath), messages: [] };
      return [folderKey, { ...seen, firstUid, candidates: candidates.get(folderKey) ?? null }];
    }),
  );
}

function firstUidOf({ records, carried }: Planning, { folderKey }: MappedFolder): number {
  const known = { record: records.get(folderKey) ?? null, pending: carried.pending.get(folderKey) ?? null };
  return baseOf(known)?.uidNext ?? 1;
}

/** Folders that are there already are read; the others are made, and hold nothing. */
async function readyTargets(planning: Planning, mapped: readonly MappedFolder[]) {
  const ready = new Map<FolderKey, Candidates | MigrationError>();
  const [there, missing] = [true, false].map((is) =>
    mapped.filter((f) => planning.targetPaths.has(f.targetPath) === is),
  );
  const questions = (there ?? []).map(({ targetPath }) => ({
    path: targetPath,
    list: { first: 1, last: '*' } as const,
  }));
  const [surveyed] = await Promise.all([
    planning.target.survey(questions),
    ...(missing ?? []).map(async (folder) => ready.set(folder.folderKey, await made(planning, folder))),
  ]);
  for (const [i, { folderKey }] of (there ?? []).entries()) {
    const { state, messages } = surveyed[i] ?? { state: unanswered(questions[i]?.path ?? ''), messages: [] };
    ready.set(folderKey, state instanceof MigrationError ? state : candidatesAmong(messages));
  }
  return ready;
}

async function made(planning: Planning, folder: MappedFolder): Promise<Candidates | MigrationError> {
  try {
    await ensureTarget(planning, folder);
    return () => [];
  } catch (error) {
    if (!(error instanceof MigrationError) || error.scope !== 'folder') throw error;
    return error;
  }
}

const unanswered = (path: string): MigrationError =>
  new MigrationError('FOLDER_UNREADABLE', `The server said nothing of folder "${path}".`);
