/** Reads along what a client sends: how many commands of which kind, and whether it keeps the rules for literals. */
import { Scanner } from '../imap/scanner.ts';

export interface SentCommands {
  /** `UID FETCH` -> how many. */
  byName: Record<string, number>;
  total: number;
  /** Literals of the synchronizing kind `{12}`. */
  waited: number;
  /** Literals that do not wait `{12+}`, by size, because LITERAL- allows small ones. */
  unwaited: number;
  largestUnwaitedBytes: number;
  /** Synchronizing literals whose octets came before the server's `+` had gone out: a wrong measurement. */
  early: number;
}

/** Tag, then one or two words. A continued line, DONE and a login's base64 have no second word. */
const commandPattern = /^[^\s*+]+ ((?:UID )?[A-Z][A-Z-]*)(?: |$)/i;

export class CommandCounter {
  readonly sent: SentCommands = noCommands();
  private awaited = 0;
  private continued = false;
  private readonly scanner = new Scanner({
    line: (text, literalBytes) => this.onLine(text, literalBytes),
    data: () => this.onLiteral(),
  });
  private readonly onCommand: (name: string) => void;

  constructor(onCommand: (name: string) => void = () => {}) {
    this.onCommand = onCommand;
  }

  fromClient(chunk: Buffer): void {
    this.scanner.feed(chunk);
  }

  /** What the client has got: a `+` frees the literal that waits for it. */
  toClient(chunk: Buffer): void {
    if (this.awaited > 0 && (chunk[0] === plus || chunk.includes('\n+'))) this.awaited = 0;
  }

  private onLine(text: string, literalBytes: number | null): void {
    const name = this.continued ? undefined : commandPattern.exec(text)?.[1]?.toUpperCase();
    this.continued = literalBytes !== null;
    if (name !== undefined) {
      this.sent.total++;
      this.sent.byName[name] = (this.sent.byName[name] ?? 0) + 1;
      this.onCommand(name);
    }
    if (literalBytes !== null) this.onAnnounced(text.endsWith('+}'), literalBytes);
  }

  private onAnnounced(unwaited: boolean, literalBytes: number): void {
    if (unwaited) {
      this.sent.unwaited++;
      this.sent.largestUnwaitedBytes = Math.max(this.sent.largestUnwaitedBytes, literalBytes);
    } else {
      this.sent.waited++;
      this.awaited = literalBytes;
    }
  }

  private onLiteral(): void {
    if (this.awaited === 0) return;
    this.sent.early++;
    this.awaited = 0;
  }
}

const plus = 43;

export const noCommands = (): SentCommands => ({
  byName: {},
  total: 0,
  waited: 0,
  unwaited: 0,
  largestUnwaitedBytes: 0,
  early: 0,
});

export function addCommands(sum: SentCommands, more: SentCommands): SentCommands {
  const byName = { ...sum.byName };
  for (const [name, count] of Object.entries(more.byName)) byName[name] = (byName[name] ?? 0) + count;
  return {
    byName,
    total: sum.total + more.total,
    waited: sum.waited + more.waited,
    unwaited: sum.unwaited + more.unwaited,
    largestUnwaitedBytes: Math.max(sum.largestUnwaitedBytes, more.largestUnwaitedBytes),
    early: sum.early + more.early,
  };
}
