/** A named error of the States language: what Retry and Catch match, and what ends an execution. */
export class StatesError extends Error {
  override name = 'StatesError';
  readonly errorName: string;
  readonly causeText: string;

  constructor(errorName: string, causeText: string) {
    super(`${errorName}: ${causeText}`);
    this.errorName = errorName;
    this.causeText = causeText;
  }
}

/** Neither `States.ALL` nor the name itself catches these: the execution, or the Map's child, ends. */
export class TerminalError extends StatesError {
  override name = 'TerminalError';
}

export const dataLimitExceeded = (what: string, verb: string): TerminalError =>
  new TerminalError(
    'States.DataLimitExceeded',
    `The ${what} ${verb} a size exceeding the maximum number of bytes service limit.`,
  );

/** The reason of an abort signal: somebody stopped the execution, or its time is over. */
export class ExecutionStopped extends Error {
  override name = 'ExecutionStopped';
  readonly status: 'ABORTED' | 'TIMED_OUT';
  readonly errorName: string | undefined;
  readonly causeText: string | undefined;

  constructor(status: 'ABORTED' | 'TIMED_OUT', errorName?: string, causeText?: string) {
    super(`${status} ${errorName ?? ''}`);
    this.status = status;
    this.errorName = errorName;
    this.causeText = causeText;
  }
}

/** The stack closes: the execution stays open on disk and goes on at the next start. */
export class StackClosed extends Error {
  override name = 'StackClosed';
}
