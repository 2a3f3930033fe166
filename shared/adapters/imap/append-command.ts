/** One APPEND on its way: of one message, or of several that the server takes or refuses together (RFC 3502). */
import { TargetUid } from '../../contract/ids.ts';
import { MigrationError } from '../../errors.ts';
import type { AppendAnswer, OutgoingMessage } from '../../ports/mail.ts';
import { appendRefusal } from './classify.ts';
import type { Status } from './wire/response.ts';

const dateTime = /^[ \d]\d-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;

export class AppendCommand {
  readonly tag: string;
  readonly name: string;
  answered = false;
  /** Octets of messages that were announced. */
  bytes = 0;
  private readonly waiting: ((answer: AppendAnswer) => void)[] = [];

  constructor(tag: string, name: string) {
    this.tag = tag;
    this.name = name;
  }

  get count(): number {
    return this.waiting.length;
  }

  /** What stands before the literal: the command itself for the first message, then one message after the other. */
  header({ flags, internalDate }: OutgoingMessage): string {
    if (!dateTime.test(internalDate)) throw new MigrationError('INTERNAL', 'Not an IMAP date.');
    const message = `(${flags.join(' ')}) "${internalDate}"`;
    return this.count === 0 ? `${this.tag} APPEND ${this.name} ${message}` : ` ${message}`;
  }

  /** The next message of the command; its answer comes with that of the command. */
  add(bytes: number): Promise<AppendAnswer> {
    this.bytes += bytes;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** News that is sent unasked. */
  tell(): void {}

  settle(status: Status): void {
    this.answer(status.status === 'OK' ? storedAnswers(status, this.count) : refusedAnswers(status, this.count));
  }

  lose(): void {
    this.answer(() => ({ kind: 'lost' }));
  }

  private answer(of: (position: number) => AppendAnswer): void {
    this.answered = true;
    this.waiting.forEach((resolve, position) => resolve(of(position)));
  }
}

function refusedAnswers(status: Status, count: number): () => AppendAnswer {
  const refused = appendRefusal(status);
  return () => (refused.kind === 'refused' && count > 1 ? { ...refused, together: count } : refused);
}

/** RFC 4315: the UIDs of a MULTIAPPEND come as one set, in the order of the messages. Any other number proves none of them. */
function storedAnswers(status: Status, count: number): (position: number) => AppendAnswer {
  const [, validity = '', set = ''] = /^APPENDUID (\d{1,10}) ([\d:,]{1,65536})$/.exec(status.code) ?? [];
  const uids = uidsOf(set, count);
  const uidValidity = Number(validity);
  return (position) => {
    const uid = TargetUid.safeParse(uids?.[position]);
    return uid.success && uidValidity > 0
      ? { kind: 'stored', targetUid: uid.data, uidValidity }
      : { kind: 'stored', targetUid: null, uidValidity: null };
  };
}

function uidsOf(set: string, count: number): number[] | null {
  const uids: number[] = [];
  for (const range of set.split(',')) {
    const [first = Number.NaN, last = first] = range.split(':').map(Number);
    // A set of four billion is a lie that must cost nothing.
    if (!(first >= 1) || last < first || last - first >= count) return null;
    for (let uid = first; uid <= last; uid++) uids.push(uid);
    if (uids.length > count) return null;
  }
  return uids.length === count ? uids : null;
}
