/** From the sample of a latency-bound tool to the whole corpus. */

export interface Sample {
  /** Copy of the sample. */
  seconds: number;
  /** A second run that finds nothing new; null for a tool that has none. */
  quietSeconds: number | null;
  messages: number;
}

/**
 * What a tool needs to start and to look around is counted once, as its second run shows it; the rest grows with the
 * messages. That favours the tool: looking around in a larger mailbox takes longer. Without a second run: the plain rate.
 */
export function extrapolatedSeconds({ seconds, quietSeconds, messages }: Sample, corpusMessages: number): number {
  if (corpusMessages <= messages) return seconds;
  const once = quietSeconds === null ? 0 : Math.min(quietSeconds, seconds);
  return once + ((seconds - once) / messages) * corpusMessages;
}
