/** One message, read again on both sides: what is to be said of it. */
import type { Finding } from '../../contract/items.ts';
import { portableFlags, sameFlags } from '../flags.ts';
import { instantKey } from '../identity.ts';
import { possibleDate } from '../repair/possible-date.ts';

export interface Reading {
  /** Of the canonical octets (a bare LF counts as CRLF), and of what the repairs would make of them. */
  sha256: readonly string[];
  internalDate: string;
  flags: readonly string[];
  octetCount: number;
}

/** `absent`: the server no longer has it. `unreadable`: it has it and does not hand it out, asked twice. */
export type Side = Reading | 'absent' | 'unreadable';

export interface Judgement {
  finding: Finding;
  /** Flags may differ on purpose (the target's user changed them), so they are no part of the finding. */
  otherFlags: boolean;
}

const plain = (finding: Finding): Judgement => ({ finding, otherFlags: false });

export function judgePair(source: Side, target: Side): Judgement {
  if (source === 'absent') return plain('gone');
  if (target === 'absent') return plain('removed');
  if (source === 'unreadable') return plain('source-unreadable');
  if (target === 'unreadable') return plain('target-unreadable');
  const as = source.sha256.indexOf(target.sha256[0] ?? '');
  if (as === -1) return plain('other-octets');
  const otherFlags = flagsDiffer(source.flags, target.flags);
  const date = possibleDate(source.internalDate);
  if (instantKey(date.internalDate) !== instantKey(target.internalDate)) return { finding: 'other-date', otherFlags };
  return { finding: as === 0 && !date.clamped ? 'equal' : 'repaired', otherFlags };
}

/** Of a target that rewrites: header and instant (both are in the key) take the place of the octets. */
export function judgeRewritten(
  source: Side,
  target: Side,
  keys: { source: string | null; target: string | null },
): Judgement {
  const judged = judgePair(source, target);
  if (judged.finding !== 'other-octets' || typeof source === 'string' || typeof target === 'string') return judged;
  if (keys.source === null || keys.source !== keys.target) return judged;
  return { finding: 'rewritten', otherFlags: flagsDiffer(source.flags, target.flags) };
}

/** Of what can be carried over; `\Recent` belongs to a session. */
export function flagsDiffer(source: readonly string[], target: readonly string[]): boolean {
  return !sameFlags(portableFlags(source).flags, portableFlags(target).flags);
}
