/**
 * ReportPass: every row of the mailbox manifest is accounted for, then the report is written, then the batch learns how
 * the pass ended, and last the batch is freed. Idempotent: run again it writes the same.
 */
import * as z from 'zod';
import { MailboxId } from '../contract/ids.ts';
import type { ItemLine, MailboxRecord, PassRecord } from '../contract/items.ts';
import { reportKeys } from '../contract/keys.ts';
import type { MailboxLine, PassSummary } from '../contract/report.ts';
import type { ObjectRef, PassReported, ReportRequest, Verdict } from '../contract/workflow.ts';
import { afterPass } from '../core/batch/after-pass.ts';
import { accountFor } from '../core/batch/account-mailbox.ts';
import { failureOf } from '../core/failure.ts';
import { mailboxLine } from '../core/report/mailbox-line.ts';
import { reportCsv } from '../core/report/report-csv.ts';
import { reportHtml } from '../core/report/report-html.ts';
import { mostShown } from '../core/report/left-out.ts';
import { summaryTotals } from '../core/report/totals.ts';
import type { Ports } from '../ports/ports.ts';
import { readEndings } from './batch/map-results.ts';
import { readExpectedItems, readFolders, readItems } from './batch/mailbox-evidence.ts';

type ReportPorts = Pick<Ports, 'batches' | 'mailboxes' | 'data' | 'clock' | 'telemetry'>;

export async function reportPass(ports: ReportPorts, request: ReportRequest): Promise<PassReported> {
  const { batch, passId } = request;
  const planned = await ports.batches.readPass(batch, passId);
  const mailboxes = await accountForAll(ports, request);
  const summary = summarize(ports, request, { planned, mailboxes });
  const report = await writeReport(ports, request, { summary, mailboxes });
  await concludeBatch(ports, request, summary);
  const { verdict, totals } = summary;
  ports.telemetry.count('MailboxesComplete', totals.complete + totals.completeWithSkips);
  ports.telemetry.count('MailboxesIncomplete', totals.incomplete);
  ports.telemetry.info('pass ended', { batch, passId, reason: verdict, count: mailboxes.length });
  // The very last: from here on the next pass may change what was read above.
  await ports.batches.unlock(batch, passId);
  return { status: 'reported', verdict, mailboxes: mailboxes.length, incomplete: totals.incomplete, report };
}

const ManifestLine = z.object({ mailboxId: MailboxId });

async function accountForAll(ports: ReportPorts, request: ReportRequest): Promise<MailboxRecord[]> {
  if (!request.manifest) return [];
  const wanted = new Set<MailboxId>();
  for await (const { mailboxId } of ports.data.readLines(request.manifest.key, (v) => ManifestLine.parse(v))) {
    wanted.add(mailboxId);
  }
  const endings = await readEndings(ports, request.results);
  const mailboxes: MailboxRecord[] = [];
  for await (const record of ports.mailboxes.list(request.batch)) {
    if (!wanted.has(record.mailboxId)) continue;
    const child = endings.get(record.mailboxId) ?? null;
    const word = accountFor(record, { passId: request.passId, child });
    // What the pass could not say itself is said here, so that the record agrees with the report.
    if (word.verdict !== record.verdict) await ports.mailboxes.update(request.batch, record.mailboxId, word);
    mailboxes.push({ ...record, ...word });
  }
  return mailboxes;
}

function summarize(
  ports: ReportPorts,
  request: ReportRequest,
  at: { planned: PassRecord | null; mailboxes: readonly MailboxRecord[] },
): PassSummary {
  const lines = at.mailboxes.map((record) => mailboxLine(record, request.pass));
  const totals = summaryTotals(lines, request.pass);
  const failure = request.failure && failureOf(request.failure);
  const rejected = at.planned?.rejectedCount ?? 0;
  const supersededBy = at.planned?.supersededBy ?? null;
  return {
    version: 1,
    batch: request.batch,
    pass: request.pass,
    passId: request.passId,
    startedAt: at.planned?.startedAt ?? null,
    endedAt: new Date(ports.clock.nowMs()).toISOString(),
    verdict: passVerdict({ failed: failure !== null || supersededBy !== null || rejected > 0, lines }),
    failure,
    supersededBy,
    rejected,
    mailboxes: lines,
    totals,
  };
}

/** A rejected row, or one that only an unread upload had, was not migrated: nobody may read "complete" above it. */
function passVerdict({ failed, lines }: { failed: boolean; lines: readonly MailboxLine[] }): Verdict {
  if (failed || lines.some((line) => line.verdict === 'incomplete')) return 'incomplete';
  return lines.some((line) => line.verdict === 'complete with skips') ? 'complete with skips' : 'complete';
}

async function writeReport(
  ports: ReportPorts,
  { batch, passId, pass }: ReportRequest,
  at: { summary: PassSummary; mailboxes: readonly MailboxRecord[] },
): Promise<ObjectRef> {
  const { data } = ports;
  const folders = await readFolders(ports, { batch, pass, passId }, at.mailboxes);
  const settled = at.mailboxes.filter(({ mailboxId }) => folders.has(mailboxId));
  const items =
    pass === 'preflight'
      ? readExpectedItems(ports, batch, at.mailboxes)
      : readItems(ports, { batch, pass, passId }, settled);
  const leftOut: ItemLine[] = [];
  await data.putLines(reportKeys.items(batch, passId), noting(items, leftOut));
  await data.putText(reportKeys.csv(batch, passId), reportCsv(at.summary), 'text/csv; charset=utf-8');
  await data.putJson(reportKeys.summary(batch, passId), at.summary);
  const html = reportHtml(at.summary, folders, leftOut);
  return data.putText(reportKeys.html(batch, passId), html, 'text/html; charset=utf-8');
}

/** Passes the items on, and keeps of those left out as many as report.html shows. */
async function* noting(items: AsyncIterable<ItemLine>, leftOut: ItemLine[]): AsyncIterable<ItemLine> {
  for await (const item of items) {
    const isLeftOut = item.outcome === 'skipped' || item.outcome === 'quarantined';
    if (isLeftOut && leftOut.length < mostShown) leftOut.push(item);
    yield item;
  }
}

async function concludeBatch(
  { batches, clock }: ReportPorts,
  request: ReportRequest,
  summary: PassSummary,
): Promise<void> {
  const batch = await batches.read(request.batch);
  // A pass that did nothing says nothing about the batch.
  if (!batch || summary.supersededBy !== null) return;
  const { passId, pass, verdict } = summary;
  await batches.put(
    afterPass(batch, { passId, pass, verdict, failed: summary.failure !== null, endedAtMs: clock.nowMs() }),
  );
}
