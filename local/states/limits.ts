import { type Json, jsonSizeBytes } from '../json.ts';
import { dataLimitExceeded, TerminalError } from './errors.ts';

/** Step Functions quotas (service-quotas), all hard. */
export const payloadLimitBytes = 262_144;
export const historyLimitEvents = 25_000;
export const inlineConcurrencyLimit = 40;
export const distributedConcurrencyLimit = 10_000;

/** Input or output of a state, task or execution. */
export function checkSize(value: Json, what: string, verb = 'has'): Json {
  if (jsonSizeBytes(value) > payloadLimitBytes) throw dataLimitExceeded(what, verb);
  return value;
}

/** 1 to 80 characters; the forbidden ones are those of StartExecution's `name`. */
export function isAllowedName(name: string, longest = 80): boolean {
  return name.length >= 1 && name.length <= longest && !/[\s\p{Cc}?*<>{}[\]"#%^~$&,;:/\\|`]/u.test(name);
}

/** Counts the events that AWS would write into one execution's history; each Distributed Map child has its own. */
export class History {
  eventCount: number;
  /** What AWS bills: one for each state entered and one for each retry. */
  transitionCount: number;

  constructor(eventCount = 1, transitionCount = 0) {
    this.eventCount = eventCount;
    this.transitionCount = transitionCount;
  }

  /** Returns the id of the last event added. */
  add(eventCount: number): number {
    this.eventCount += eventCount;
    if (this.eventCount > historyLimitEvents)
      throw new TerminalError(
        'States.Runtime',
        `The execution reached the maximum number of history events (${historyLimitEvents}).`,
      );
    return this.eventCount;
  }
}
