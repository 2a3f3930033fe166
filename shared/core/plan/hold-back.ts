/**
 * Twins stay together over passes too: of equal messages, one may lie in an unfinished chunk of an earlier plan when
 * the other arrives. In a chunk of its own the newcomer could take the copy of the elder for its own, or the other way
 * round (a loss called complete), so it waits until that chunk is settled: the next recount finds it again.
 */
import type { CopyRow } from '../../contract/items.ts';
import { instantKey } from '../identity.ts';

type Dated = Pick<CopyRow, 'folder' | 'internalDate'>;

/** `rows` without those that have the folder and the INTERNALDATE instant of one of `carried`. */
export function withoutTwinsOf<T extends Dated>(rows: readonly T[], carried: readonly Dated[]): T[] {
  const taken = new Set(carried.map(placeOf));
  return rows.filter((row) => !taken.has(placeOf(row)));
}

const placeOf = ({ folder, internalDate }: Dated): string => `${folder} ${instantKey(internalDate)}`;
