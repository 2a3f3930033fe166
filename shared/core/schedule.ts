/** When the next pass of a batch is due. */
const unitMs = { m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `15m`, `30 min`, `6h`, `1d`: as `contract/settings.ts` admits them. */
export function intervalMs(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+)\s?(m|min|h|d)$/.exec(text) ?? [];
  if (unit !== 'm' && unit !== 'min' && unit !== 'h' && unit !== 'd') throw new RangeError(`no interval: ${text}`);
  return Number(amount) * unitMs[unit];
}

/** Counted from the end of a pass, so that long passes leave the servers a rest. */
export function nextDueAt({ endedAtMs, every }: { endedAtMs: number; every: string }): number {
  return endedAtMs + intervalMs(every);
}
