/** Pure: what a server's refusal means. Its texts are read here and go no further. */
import { MigrationError, type ErrorCode } from '../../errors.ts';
import type { AppendAnswer } from '../../ports/mail.ts';
import { defaultPauseSeconds } from './limits.ts';
import type { ConnectionDead } from './wire/input.ts';
import type { Status } from './wire/response.ts';

type Refusal = Extract<AppendAnswer, { kind: 'refused' }>;

const throttleText =
  /throttl|back-?off time|rate.?limit|too many (?:\w+ ){0,2}(?:connections|commands|requests|logins)|maximum number of connections|try again (?:later|in)|temporar(?:y|ily)|bandwidth|exceeded.{0,20}(?:command|connection)|server (?:is )?(?:busy|overload)|account.{0,20}suspended/i;
const fullText = /quota|mailbox (?:is )?full|not enough (?:disk )?space|over.?quota/i;
const tooLargeText = /too (?:large|big)|size limit|exceeds? (?:the )?(?:maximum|allowed|size)|larger than/i;

/** Response codes that ask for patience (RFC 5530). INUSE and LIMIT of a login are connection limits. */
export function isThrottle({ code, text }: Pick<Status, 'code' | 'text'>): boolean {
  return firstWord(code) === 'UNAVAILABLE' || (throttleText.test(text) && !fullText.test(text));
}

/** `Suggested Backoff Time: 92415 milliseconds`, `retry in 30 seconds`. At most a day. */
export function pauseSeconds(text: string): number {
  const [, amount, unit = ''] =
    /(\d{1,9})\s*(milliseconds|millis|ms|seconds|secs?|s|minutes|mins?)\b/i.exec(text) ?? [];
  if (amount === undefined) return defaultPauseSeconds;
  const factor = /^mil|^ms/i.test(unit) ? 0.001 : /^min/i.test(unit) ? 60 : 1;
  return Math.min(86_400, Math.max(1, Math.ceil(Number(amount) * factor)));
}

export function appendRefusal(status: Status): Refusal {
  const { text } = status;
  switch (firstWord(status.code)) {
    case 'OVERQUOTA':
      return { kind: 'refused', code: 'TARGET_FULL' };
    case 'TOOBIG':
    case 'LIMIT':
    case 'APPENDLIMIT':
      return { kind: 'refused', code: 'MESSAGE_TOO_LARGE' };
    case 'TRYCREATE':
    case 'NONEXISTENT':
    case 'NOPERM':
      return { kind: 'refused', code: 'FOLDER_REFUSED' };
    case 'SERVERBUG':
    case 'CONTACTADMIN':
      return { kind: 'refused', code: 'SERVER_REFUSED' };
    default:
      break;
  }
  if (isThrottle(status)) return { kind: 'refused', code: 'THROTTLED', retryAfterSeconds: pauseSeconds(text) };
  if (fullText.test(text)) return { kind: 'refused', code: 'TARGET_FULL' };
  if (tooLargeText.test(text)) return { kind: 'refused', code: 'MESSAGE_TOO_LARGE' };
  return { kind: 'refused', code: 'MESSAGE_REFUSED' };
}

/** A NO or BAD to a command: throttling, or what that command's refusal means. */
export function refusal(status: Status, code: ErrorCode, message: string): MigrationError {
  if (isThrottle(status)) return throttled(status.text);
  const word = firstWord(status.code);
  return new MigrationError(code, message, knownCodes.has(word) ? { details: { responseCode: word } } : {});
}

export function throttled(text: string): MigrationError {
  return new MigrationError('THROTTLED', 'The server asked for a pause.', { retryAfterSeconds: pauseSeconds(text) });
}

/** A farewell may be throttling, too (Exchange and Yahoo say BYE). */
export function lost(dead: Pick<ConnectionDead, 'farewell'>): MigrationError {
  return isThrottle({ code: '', text: dead.farewell })
    ? throttled(dead.farewell)
    : new MigrationError('CONNECTION_LOST', 'The connection to the server was lost.');
}

export function firstWord(code: string): string {
  return (code.split(' ')[0] ?? '').toUpperCase();
}

/** Only registered words may be shown: a code is server text like any other. */
const knownCodes = new Set(
  `ALERT ALREADYEXISTS APPENDLIMIT AUTHENTICATIONFAILED AUTHORIZATIONFAILED BADCHARSET CANNOT CLIENTBUG CONTACTADMIN
  CORRUPTION EXPIRED EXPUNGEISSUED HASCHILDREN INUSE LIMIT NONEXISTENT NOPERM OVERQUOTA PRIVACYREQUIRED SERVERBUG
  TOOBIG TRYCREATE UNAVAILABLE`.split(/\s+/),
);
