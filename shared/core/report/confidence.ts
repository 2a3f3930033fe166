/**
 * What a verdict rests on, in a sentence for people. Every number is a sum of records: of what the target acknowledged,
 * or of what was read again.
 */
import type { Counts, Evidence, Verified } from '../../contract/items.ts';
import type { PassKind } from '../../contract/names.ts';
import { comparedFindings, found } from '../verify/tally.ts';
import { countText, plural } from './numbers.ts';

export interface Grounds {
  pass: PassKind;
  evidence: Evidence | null;
  verified: Verified | null;
}

export function confidenceOf({ pass, evidence, verified }: Grounds): string {
  if (pass === 'preflight') return 'Logins and folders were tried; nothing was copied.';
  if (pass === 'verify') return verified ? ofReading(verified) : 'Nothing was read again.';
  return evidence ? ofEvidence(evidence) : 'How the deliveries are known was not counted yet.';
}

/** `3 acknowledged, 1 found`: parts that are zero are left out. */
const listed = (parts: readonly [count: number, text: string][]): string =>
  parts
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${countText(count)} ${text}`)
    .join(', ');

function ofEvidence(evidence: Evidence): string {
  const { acknowledged, counted, adopted, matched, byHeaders } = evidence;
  const delivered = acknowledged + counted + adopted + matched + byHeaders;
  if (delivered === 0) return 'No message is delivered.';
  const parts = listed([
    [acknowledged, 'acknowledged by the target with their UID'],
    [counted, 'acknowledged without a UID'],
    [adopted, 'found at the target by content after an answer was lost'],
    [matched, 'there before, recognised by content'],
    [byHeaders, 'recognised by headers and date only, because the copy was rewritten'],
  ]);
  return `Of ${plural(delivered, 'delivered message')} ${parts}. Not read again: a verify pass does that.`;
}

function ofReading(verified: Verified): string {
  return [firstSentence(verified), ...remarks(verified)].join(' ');
}

/** Out of all that should be at the target: also what was not read yet, so that half a pass does not look whole. */
function firstSentence({ counts, findings, otherFlags }: Verified): string {
  const of = (...which: Parameters<typeof found>[1][]): number => found({ findings }, ...which);
  const due = dueOf(counts, of('not-copied'));
  if (due === 0) return 'No message had to be read again.';
  const read = of(...comparedFindings);
  const alike = read > 0 && read === of('equal') && otherFlags === 0;
  const differences = listed([
    [of('equal'), 'equal in octets (sha256) and date'],
    [of('repaired'), 'equal after a named repair'],
    [of('rewritten'), 'equal in headers and date only (the copy was rewritten, its body was not compared)'],
    [of('other-octets'), 'with other octets'],
    [of('other-date'), 'with another date'],
    [otherFlags, 'with other flags'],
  ]);
  const what = alike ? ': octets (sha256), date and flags equal' : differences === '' ? '' : `: ${differences}`;
  return `${countText(read)} of ${plural(due, 'message')} read again on both sides${what}.`;
}

const dueOf = ({ source, skipped, quarantined, gone }: Counts, notCopied: number): number =>
  Math.max(0, source - skipped - quarantined - gone - notCopied);

function remarks({ findings, goneAtSource, foldersLeft }: Verified): string[] {
  const all: [count: number, text: string][] = [
    [found({ findings }, 'removed'), 'removed at the target after delivery.'],
    [found({ findings }, 'target-unreadable'), 'not handed out by the target.'],
    [found({ findings }, 'source-unreadable'), 'not handed out by the source.'],
    [found({ findings }, 'not-copied'), 'not copied yet.'],
    [found({ findings }, 'left-out'), 'left out before, with a reason.'],
    [found({ findings }, 'gone'), 'gone at the source meanwhile.'],
    [goneAtSource, 'delivered earlier and no longer at the source.'],
    [foldersLeft, foldersLeft === 1 ? 'folder not verified.' : 'folders not verified.'],
  ];
  return all.filter(([count]) => count > 0).map(([count, text]) => `${countText(count)} ${text}`);
}
