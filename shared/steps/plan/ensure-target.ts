/** The target folder of a source folder: made unless it exists, and subscribed as the source's is. */
import type { MappedFolder } from '../../core/plan/map-folders.ts';
import type { Planning } from './planning.ts';

/** Two source folders may share a target folder; CREATE of one that exists is no error. */
export async function ensureTarget(
  { target, targetPaths, hidden, folderLimits }: Pick<Planning, 'target' | 'targetPaths' | 'hidden' | 'folderLimits'>,
  { sourcePath, targetPath }: Pick<MappedFolder, 'sourcePath' | 'targetPath'>,
): Promise<void> {
  if (targetPaths.has(targetPath)) return;
  await target.createFolder(targetPath);
  folderLimits.ask([targetPath]);
  if (!hidden.has(sourcePath)) await target.subscribe(targetPath);
  targetPaths.add(targetPath);
}
