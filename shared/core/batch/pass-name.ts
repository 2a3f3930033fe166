/** Names of executions: what the Step Functions console shows, so they tell the story. */
import { createHash } from 'node:crypto';
import { PassId } from '../../contract/ids.ts';
import type { PassKind } from '../../contract/names.ts';

/** Under this key StartPass records what it decided for an upload. */
export const uploadRequestKey = ({ key, versionId }: { key: string; versionId: string }): string =>
  `upload-${key}@${versionId}`;

/** 40 (batch) + 16 + 11 (pass) + 8 and three dashes: below the 80 characters of Step Functions. */
const longestOrigin = 16;

/**
 * `contoso-wave1-initial-3f2a9c1e`. Deterministic: the same upload, tick or request gives the same name, which Step
 * Functions accepts once in 90 days.
 */
export function passIdOf(request: { batch: string; origin: string; pass: PassKind; distinct: string }): PassId {
  const origin = request.origin
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '')
    .slice(0, longestOrigin);
  const hash = createHash('sha256').update(request.distinct, 'utf8').digest('hex').slice(0, 8);
  return PassId.parse([request.batch, origin, request.pass, hash].filter((part) => part !== '').join('-'));
}
