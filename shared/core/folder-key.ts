import { createHash } from 'node:crypto';
import { FolderKey } from '../contract/ids.ts';

/** Names a source folder in keys: hashed, because folder names are hostile text. INBOX compares without case (RFC 9051 5.1). */
export function folderKeyOf(sourcePath: string): FolderKey {
  const canonical = sourcePath.toUpperCase() === 'INBOX' ? 'INBOX' : sourcePath;
  return FolderKey.parse(createHash('sha256').update(canonical, 'utf8').digest('hex').slice(0, 16));
}
