import type { ErrorCode } from '../../errors.ts';
import type { PassRequest } from '../../contract/workflow.ts';
import type { Clock, LogFields, Metric, PassStarter, Telemetry } from '../../ports/runtime.ts';

export class ManualClock implements Clock {
  private ms: number;
  constructor(start = '2026-11-24T10:00:00Z') {
    this.ms = Date.parse(start);
  }
  nowMs(): number {
    return this.ms;
  }
  advance(seconds: number): void {
    this.ms += seconds * 1000;
  }
}

export class MemoryPassStarter implements PassStarter {
  readonly started: PassRequest[] = [];
  readonly running = new Set<string>();

  async start(request: PassRequest): Promise<'started' | 'exists'> {
    if (this.started.some((known) => known.passId === request.passId)) return 'exists';
    this.started.push(request);
    this.running.add(request.passId);
    return 'started';
  }
  async isRunning(passId: string): Promise<boolean> {
    return this.running.has(passId);
  }
}

export class RecordingTelemetry implements Telemetry {
  readonly lines: { level: 'info' | 'warn' | 'error'; message: string; fields: LogFields }[] = [];
  readonly counts = new Map<string, number>();

  info(message: string, fields: LogFields): void {
    this.lines.push({ level: 'info', message, fields });
  }
  warn(message: string, fields: LogFields): void {
    this.lines.push({ level: 'warn', message, fields });
  }
  error(message: string, fields: LogFields): void {
    this.lines.push({ level: 'error', message, fields });
  }
  count(metric: Metric, value: number, code?: ErrorCode): void {
    const name = code === undefined ? metric : `${metric}.${code}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + value);
  }
}
