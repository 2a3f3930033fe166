/** A log line holds what the list allows, whatever it is given (faults A1). */
import { Logger } from '@aws-lambda-powertools/logger';
import { expect, test } from '@jest/globals';
import { PowertoolsTelemetry } from '../../../shared/adapters/telemetry/index.ts';
import type { LogFields } from '../../../shared/ports/runtime.ts';

class Heard extends Logger {
  readonly lines: unknown[] = [];
  override info(...line: unknown[]): void {
    this.lines.push(line);
  }
  override warn(...line: unknown[]): void {
    this.lines.push(line);
  }
  override error(...line: unknown[]): void {
    this.lines.push(line);
  }
}

test.each(['info', 'warn', 'error'] as const)('%s drops every field that is not on the list', (level) => {
  const heard = new Heard();
  const more: LogFields = Object.assign(
    { batch: 'contoso', uid: 7 },
    { password: 'pw', subject: 'private', login: {} },
  );
  new PowertoolsTelemetry(heard)[level]('a line', more);
  expect(heard.lines).toEqual([['a line', { batch: 'contoso', uid: 7 }]]);
});
