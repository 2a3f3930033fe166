import type { Json } from '../json.ts';

/** A Map within a Map runs its items at once as soon as one item of the outer is there: its functions come in crowds. */
const crowd = 4;

/** How many environments of each function a definition will soon want. Names and ARNs as they stand in it. */
export function warmCounts(definition: Json, mapsAround = 0): Map<string, number> {
  const counts = new Map<string, number>();
  if (typeof definition !== 'object' || definition === null) return counts;
  const inside = !Array.isArray(definition) && definition['Type'] === 'Map' ? mapsAround + 1 : mapsAround;
  const found = Object.values(definition).flatMap((part) => [...warmCounts(part, inside)]);
  const name = functionNamed(definition);
  if (name !== undefined) found.push([name, inside > 1 ? crowd : 1]);
  for (const [key, count] of found) counts.set(key, Math.max(count, counts.get(key) ?? 0));
  return counts;
}

function functionNamed(state: Exclude<Json, string | number | boolean | null>): string | undefined {
  const given = Array.isArray(state) ? undefined : state['FunctionName'];
  return typeof given === 'string' ? given : undefined;
}
