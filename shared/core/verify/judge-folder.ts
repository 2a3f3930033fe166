/** Whether a folder may be called complete after a verify pass. */
import type { FolderProblem } from '../settle/ledger.ts';
import type { Finding, PlannedFolder, Tally } from '../../contract/items.ts';
import type { ErrorCode } from '../../errors.ts';
import { plural } from '../report/numbers.ts';
import { found, spokenOf } from './tally.ts';

/** In the order in which the first is named: damage before what is only not done yet. */
const faults: readonly { finding: Finding; code: ErrorCode; text: string }[] = [
  { finding: 'other-octets', code: 'COPY_DIFFERS', text: 'with other octets at the target' },
  { finding: 'other-date', code: 'COPY_DIFFERS', text: 'with another date at the target' },
  { finding: 'target-unreadable', code: 'MESSAGE_UNREADABLE', text: 'that the target does not hand out' },
  { finding: 'source-unreadable', code: 'MESSAGE_UNREADABLE', text: 'that the source does not hand out' },
  { finding: 'not-copied', code: 'NOT_COPIED', text: 'not at the target yet' },
];

/**
 * Complete only if each listed message was found equal, removed at the target after its delivery, gone meanwhile, or
 * left out as the ledger says; and only if as many have a finding as were listed.
 */
export function judgeVerified(folder: PlannedFolder, tally: Tally): FolderProblem | null {
  if (folder.failure) return folder.failure;
  const spoken = spokenOf(tally);
  if (spoken !== folder.expectedRows) {
    return {
      code: 'COUNTS_DISAGREE',
      message: `The source listed ${folder.expectedRows} messages, ${spoken} have a finding.`,
    };
  }
  const present = faults.filter(({ finding }) => found(tally, finding) > 0);
  const first = present[0];
  if (!first) return null;
  const parts = present.map(({ finding, text }) => `${plural(found(tally, finding), 'message')} ${text}`);
  return { code: first.code, message: `${parts.join(', ')}.` };
}
