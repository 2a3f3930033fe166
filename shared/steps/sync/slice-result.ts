import type { Observed, SliceResult } from '../../contract/workflow.ts';

const base = { waitSeconds: 0, reason: '', observed: null } as const;

export const done = (): SliceResult => ({ ...base, status: 'done' });
export const again = (): SliceResult => ({ ...base, status: 'more' });
export const continued = (reason: string): SliceResult => ({ ...base, status: 'continued', reason });
export const waitFor = (waitSeconds: number, reason: string, observed: Observed | null = null): SliceResult => ({
  status: 'wait',
  waitSeconds: Math.max(1, Math.ceil(waitSeconds)),
  reason,
  observed,
});
