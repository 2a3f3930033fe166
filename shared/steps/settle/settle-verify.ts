/** What a verify pass came to: its windows added up by folder, halves matched, verdict per folder. Idempotent; logs in nowhere. */
import type { FolderKey } from '../../contract/ids.ts';
import type {
  Failure,
  FolderSummary,
  ItemLine,
  MailboxPlan,
  MailboxRecord,
  PlannedFolder,
} from '../../contract/items.ts';
import { verifyKeys } from '../../contract/keys.ts';
import { VerifyPart, type CopyHalf, type DeliveredHalf, type VerifyLine } from '../../contract/verify.ts';
import type { SettleRequest } from '../../contract/workflow.ts';
import { failed } from '../../core/failure.ts';
import type { FolderProblem } from '../../core/settle/ledger.ts';
import { judgeVerified } from '../../core/verify/judge-folder.ts';
import { matchHalves } from '../../core/verify/match-halves.ts';
import { addTallies, emptyTally, tallyOf } from '../../core/verify/tally.ts';
import type { Ports } from '../../ports/ports.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { summaryOf } from './settle-folder.ts';

type VerifyPorts = Pick<Ports, 'chunks' | 'data'>;

interface Settling {
  key: MailboxKey;
  plan: MailboxPlan;
  record: MailboxRecord;
  request: SettleRequest;
}

export interface VerifiedMailbox {
  failure: Failure | null;
  fields: Pick<MailboxRecord, 'verified'>;
}

/** What was found of one folder so far. */
interface FolderFindings {
  tally: FolderSummary['verified'] & {};
  lines: VerifyLine[];
  delivered: DeliveredHalf[];
  copies: CopyHalf[];
}

export async function settleVerify(ports: VerifyPorts, settling: Settling): Promise<VerifiedMailbox> {
  const { key, plan, record, request } = settling;
  const { findings, unfinished } = await readFindings(ports, settling);
  const gone = new Set(plan.gone?.map(({ sourcePath }) => sourcePath));
  const folders = plan.folders
    .map((folder) => judged(folder, findings.get(folder.folderKey), unfinished))
    .map((one) => (gone.has(one.summary.sourcePath) ? { ...one, summary: { ...one.summary, gone: true } } : one));
  const { batch, mailboxId } = key;
  await ports.data.putLines(verifyKeys.items(batch, mailboxId, request.passId), itemLines(record, folders));
  // After the items: ReportPass looks for items where it finds a summary.
  const summaries = folders.map(({ summary }) => summary);
  await ports.data.putJson(verifyKeys.summary(batch, mailboxId, request.passId), { mailboxId, folders: summaries });
  const total = addTallies(folders.map(({ tally }) => tally));
  const goneAtSource = plan.folders.reduce((sum, { verify }) => sum + (verify?.goneAtSource ?? 0), 0);
  const foldersLeft = folders.filter(({ isWhole }) => !isWhole).length;
  return { failure: failureOf(folders), fields: { verified: { ...total, goneAtSource, foldersLeft } } };
}

async function readFindings(ports: VerifyPorts, { key, plan }: Settling) {
  const findings = new Map<FolderKey, FolderFindings>();
  const unfinished = new Set<FolderKey>();
  for (const chunk of plan.chunks) {
    const record = await ports.chunks.read(key, chunk.chunkId);
    // Which of its folders are done is told by the numbers of their findings; to be on the safe side none is believed.
    if (!record?.done) for (const folder of chunk.folders) unfinished.add(folder);
    const prefix = verifyKeys.parts({ ...key, passId: plan.passId, chunkId: chunk.chunkId });
    for await (const object of ports.data.list(prefix)) {
      // A worker that lost its lease may have written a window more than was committed: the same as its successor will.
      if (fromOf(object) >= (record?.committed ?? 0)) continue;
      const part = await ports.data.readJson(object, (v) => VerifyPart.parse(v));
      if (part) add(findings, part);
    }
  }
  return { findings, unfinished };
}

const fromOf = (object: string): number => Number.parseInt(object.slice(object.lastIndexOf('/') + 1), 10);

function add(findings: Map<FolderKey, FolderFindings>, part: VerifyPart): void {
  const so = findings.get(part.folder) ?? { tally: emptyTally, lines: [], delivered: [], copies: [] };
  so.tally = addTallies([so.tally, part.tally]);
  for (const line of part.lines) so.lines.push(line);
  for (const half of part.delivered) so.delivered.push(half);
  for (const half of part.copies) so.copies.push(half);
  findings.set(part.folder, so);
}

interface JudgedFolder {
  summary: FolderSummary;
  tally: FolderFindings['tally'];
  lines: VerifyLine[];
  problem: FolderProblem | null;
  /** All of it was read: what else is wrong with it are findings. */
  isWhole: boolean;
}

const notFinished = { code: 'CONTINUED', message: 'Not all messages of this folder were read again yet.' } as const;

function judged(
  folder: PlannedFolder,
  found: FolderFindings | undefined,
  unfinished: ReadonlySet<FolderKey>,
): JudgedFolder {
  const matched = found ? matchHalves(found.delivered, found.copies) : [];
  const tally = addTallies([found?.tally ?? emptyTally, ...matched.map((line) => tallyOf(line, 0))]);
  const isOpen = folder.failure === null && unfinished.has(folder.folderKey);
  const problem = isOpen ? notFinished : judgeVerified(folder, tally);
  // What was listed, also where not all of it was read: a report that shows less than the source holds would mislead.
  const source = Math.max(folder.expectedRows, tally.counts.source, folder.failure ? folder.state.messageCount : 0);
  const shown = { ...tally, counts: { ...tally.counts, source } };
  const summary = summaryOf(folder, { counts: shown.counts, atTarget: null, problem });
  const lines = [...(found?.lines ?? []), ...matched.filter((line) => line.finding !== 'equal' || line.otherFlags)];
  const isWhole = folder.failure === null && !isOpen;
  return { summary: { ...summary, verified: shown }, tally: shown, lines, problem, isWhole };
}

function failureOf(folders: readonly JudgedFolder[]): Failure | null {
  const [first, ...others] = folders.filter(({ problem }) => problem);
  if (!first?.problem) return null;
  const more = others.length === 0 ? '' : ` ${others.length} more folders have findings.`;
  return failed(first.problem.code, `Folder "${first.summary.sourcePath}": ${first.problem.message}${more}`);
}

function* itemLines(record: MailboxRecord, folders: readonly JudgedFolder[]): Generator<ItemLine> {
  for (const { summary, lines } of folders) {
    for (const { sourceUid, targetUid, outcome, code, sizeBytes, internalDate, finding, otherFlags } of lines) {
      yield {
        mailbox: record.emailAddress,
        folder: summary.sourcePath,
        uid: sourceUid,
        outcome,
        code,
        sizeBytes,
        internalDate,
        finding,
        otherFlags,
        ...(targetUid === null ? {} : { targetUid }),
      };
    }
  }
}
