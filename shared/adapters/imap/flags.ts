/** What cannot be said as an IMAP atom would break the command that carries it. */
const flagAtom = /^\\?[!#$&'+-Z[^-z|}~]+$/;

/** System flags always; keywords where the open folder keeps them. `\Recent` is the server's own. */
export function storableFlags(
  flags: readonly string[],
  permanent: { flags: readonly string[]; keywords: boolean },
): string[] {
  const kept = new Set(permanent.flags.map((flag) => flag.toLowerCase()));
  return [...new Set(flags)].filter((flag) => {
    const lower = flag.toLowerCase();
    if (!flagAtom.test(flag) || lower === '\\recent') return false;
    return flag.startsWith('\\') || permanent.keywords || kept.has(lower);
  });
}
