/** When passes started and ended, told by the JSON lines of `mailferry run --json`; other tools write none. */
import * as z from 'zod';

const Event = z.looseObject({ type: z.string() });

export class PassTimes {
  private started: number | null = null;
  private ended: number | null = null;

  read(line: string, atSeconds: number): void {
    if (!line.startsWith('{')) return;
    const { type } = Event.parse(JSON.parse(line));
    if (type === 'pass-started') this.started ??= atSeconds;
    if (type === 'pass-ended') this.ended = atSeconds;
  }

  /** Null when no pass was seen to start and end. */
  get seconds(): number | null {
    return this.started === null || this.ended === null ? null : this.ended - this.started;
  }
}
