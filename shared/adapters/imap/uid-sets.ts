import { limits } from './limits.ts';

/** `1:3,7` for each command: more than one when the line would grow longer than servers read. */
export function uidSets(uids: readonly number[]): string[] {
  const sets: string[] = [];
  let set = '';
  for (const range of ranges(uids)) {
    if (set.length + range.length >= limits.commandBytes) {
      sets.push(set);
      set = '';
    }
    set += set === '' ? range : `,${range}`;
  }
  return set === '' ? sets : [...sets, set];
}

function* ranges(uids: readonly number[]): Generator<string> {
  const sorted = [...new Set(uids)].sort((a, b) => a - b);
  for (let at = 0; at < sorted.length;) {
    const first = sorted[at] ?? 0;
    let last = first;
    for (at++; sorted[at] === last + 1; at++) last++;
    yield first === last ? `${first}` : `${first}:${last}`;
  }
}
