/** Message flags (RFC 9051 2.3.2) and what may become of them on another server. */

const systemFlags = new Map(
  ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft'].map((flag) => [flag.toLowerCase(), flag]),
);
/** `flag-keyword` is an atom: a server would refuse the whole APPEND for anything else. */
const keyword = /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]{1,255}$/;

/**
 * Flags that can be set at the target: the five system flags in canonical case, and keywords that are atoms. `\Recent`
 * and unknown `\` flags belong to the source's session, not to the message.
 */
export function portableFlags(flags: readonly string[]): { flags: string[]; dropped: number } {
  const kept = new Map<string, string>();
  let dropped = 0;
  for (const flag of flags) {
    const lower = flag.toLowerCase();
    const system = systemFlags.get(lower);
    if (system !== undefined) kept.set(lower, system);
    else if (flag.startsWith('\\')) continue;
    else if (keyword.test(flag)) kept.set(lower, flag);
    else dropped++;
  }
  return { flags: [...kept.values()].sort(), dropped };
}

/** Keywords compare without case (RFC 9051 2.3.2). */
export function sameFlags(a: readonly string[], b: readonly string[]): boolean {
  const other = lowerCase(b);
  return lowerCase(a).size === other.size && a.every((flag) => other.has(flag.toLowerCase()));
}

const lowerCase = (flags: readonly string[]): Set<string> => new Set(flags.map((flag) => flag.toLowerCase()));

export interface FlagSides {
  /** As of the last sync: equal on both sides then. */
  base: readonly string[];
  source: readonly string[];
  target: readonly string[];
}

/**
 * Three-way: what changed at the source since `base` is done at the target, unless the target has it already; what the
 * user changed at the target stays.
 */
export function flagChange({ base, source, target }: FlagSides): { add: string[]; remove: string[] } {
  const [inBase, inSource, inTarget] = [lowerCase(base), lowerCase(source), lowerCase(target)];
  const has = (set: Set<string>) => (flag: string) => set.has(flag.toLowerCase());
  return {
    add: source.filter((flag) => !has(inBase)(flag) && !has(inTarget)(flag)),
    remove: base.filter((flag) => !has(inSource)(flag) && has(inTarget)(flag)),
  };
}

/** Those of `wanted` that `there` has not. */
export function missingFlags(wanted: readonly string[], there: readonly string[]): string[] {
  const has = lowerCase(there);
  return wanted.filter((flag) => !has.has(flag.toLowerCase()));
}

/** Keywords that a folder with these PERMANENTFLAGS forgets (RFC 9051 7.1). */
export function unkeptKeywords(
  flags: readonly string[],
  permanent: { flags: readonly string[]; keywords: boolean },
): string[] {
  if (permanent.keywords) return [];
  return missingFlags(
    flags.filter((flag) => !flag.startsWith('\\')),
    permanent.flags,
  );
}
