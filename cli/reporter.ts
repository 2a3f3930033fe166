/** What the user sees of a run: text for people, or JSON lines for programs with the text on the other stream. */
import type { PassSummary } from '../shared/contract/report.ts';
import type { PassRequest } from '../shared/contract/workflow.ts';
import { progressLines } from './progress-view.ts';
import type { MailboxProgress } from './progress.ts';
import { Screen, type Output } from './screen.ts';
import { summaryLines } from './summary-view.ts';

/** Between two looks. */
export const pollMs = 200;

export interface Streams {
  out: Output;
  err: Output;
}

export class Reporter {
  private readonly screen: Screen;
  private readonly out: Output;
  private readonly json: boolean;
  /** Of the copying, so that rates do not count the preparation. */
  private copyingSinceMs: number | null = null;
  private lastProgress = '';
  private lastDrawnMs = 0;

  constructor({ out, err }: Streams, json: boolean) {
    this.out = out;
    this.json = json;
    this.screen = new Screen(json ? err : out);
  }

  say(line = ''): void {
    this.screen.say(line);
  }

  event(event: { type: string } & Readonly<Record<string, unknown>>): void {
    if (this.json) this.out.write(`${JSON.stringify(event)}\n`);
  }

  passStarted({ batch, pass, passId }: PassRequest, resumed: boolean): void {
    this.event({ type: 'pass-started', batch, pass, passId, resumed });
    this.say(`${resumed ? 'Going on with' : 'Started'} the ${pass} pass ${passId}`);
  }

  /** Drawn again in place on a terminal; elsewhere a line every two seconds when something changed. */
  progress(mailboxes: readonly MailboxProgress[]): void {
    if (mailboxes.length === 0) return;
    if (mailboxes.some((m) => m.copied > 0)) this.copyingSinceMs ??= Date.now() - pollMs;
    const elapsedSeconds = this.copyingSinceMs === null ? 0 : (Date.now() - this.copyingSinceMs) / 1000;
    if (this.screen.live) {
      this.screen.draw(progressLines(mailboxes, { elapsedSeconds, maxLines: Math.max(4, this.screen.height - 4) }));
    }
    const now = JSON.stringify(mailboxes);
    if (now === this.lastProgress || Date.now() - this.lastDrawnMs < 2_000) return;
    this.lastProgress = now;
    this.lastDrawnMs = Date.now();
    for (const mailbox of mailboxes) this.event({ type: 'progress', ...mailbox });
    if (!this.screen.live) this.screen.draw(progressLines(mailboxes, { elapsedSeconds, maxLines: 1 }));
  }

  passEnded(summary: PassSummary, reportPath: string): void {
    for (const m of summary.mailboxes) {
      const { emailAddress: mailbox, verdict, failure, counts, copiedNow, verified, confidence } = m;
      const { passId } = summary;
      const ended = { passId, mailbox, verdict, failure, counts, copiedNow, verified, confidence };
      this.event({ type: 'mailbox-ended', ...ended });
    }
    this.event({ type: 'pass-ended', passId: summary.passId, verdict: summary.verdict, report: reportPath });
    this.say();
    for (const line of summaryLines(summary, reportPath)) this.say(line);
  }

  /** The last line of a JSON run: all passes of it together. */
  summary(summaries: readonly PassSummary[], exitCode: number): void {
    const mailboxes = summaries.flatMap(({ pass, mailboxes: lines }) =>
      lines.map((m) => ({
        mailbox: m.emailAddress,
        pass,
        verdict: m.verdict,
        code: m.failure?.code ?? null,
        ...m.counts,
        copiedNow: m.copiedNow,
        flagsChangedNow: m.flagsChangedNow,
        surplus: m.surplus,
        openDoubts: m.openDoubts,
        removedAtTarget: m.removedAtTarget,
        byHeaders: m.byHeaders,
        repaired: m.repaired,
        pendingFlags: m.pendingFlags,
        otherDates: m.otherDates,
        overLimit: m.overLimit ?? null,
        confidence: m.confidence,
      })),
    );
    const passes = summaries.map(({ passId, pass, verdict, failure, rejected }) => ({
      passId,
      pass,
      verdict,
      failure,
      rejected,
    }));
    this.event({ type: 'summary', exitCode, passes, mailboxes });
  }
}
