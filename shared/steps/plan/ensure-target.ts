/** The target folder of a source folder: made and subscribed unless it exists. */
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import type { Planning } from './planning.ts';

/** Two source folders may share a target folder; CREATE of one that exists is no error. */
export async function ensureTarget(
  { target, targetPaths }: Pick<Planning, 'target' | 'targetPaths'>,
  { targetPath }: Pick<MappedFolder, 'targetPath'>,
): Promise<void> {
  if (targetPaths.has(targetPath)) return;
  await target.createFolder(targetPath);
  await target.subscribe(targetPath);
  targetPaths.add(targetPath);
}
