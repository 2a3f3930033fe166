/** A session of the in-memory IMAP server that writes. */
import { TargetUid } from '../../../contract/ids.ts';
import { MigrationError } from '../../../errors.ts';
import type { AppendAnswer, OutgoingMessage, TargetMailbox } from '../../../ports/mail.ts';
import { MemoryReader } from './reader.ts';
import type { MailAccount } from './store.ts';

const systemFlags = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'];

export class MemoryTarget extends MemoryReader<TargetUid> implements TargetMailbox {
  constructor(account: MailAccount) {
    super(account, 'SELECT', (uid) => TargetUid.parse(uid));
  }

  async createFolder(path: string): Promise<void> {
    this.send(`CREATE ${path}`);
    if (this.account.options.refuseFolders.includes(path)) {
      throw new MigrationError('FOLDER_REFUSED', 'The target refused to create the folder.');
    }
    const parts = path.split(this.account.options.delimiter);
    parts.forEach((_, i) => this.account.addFolder(parts.slice(0, i + 1).join(this.account.options.delimiter)));
  }

  async appendLimits(paths: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (!this.capabilities.appendLimitByFolder) return new Map();
    this.send('STATUS APPENDLIMIT');
    const { appendLimits = {} } = this.account.options;
    return new Map(
      paths.flatMap((path) => {
        const bytes = appendLimits[path];
        return bytes !== undefined && this.account.folders.has(path) ? [[path, bytes]] : [];
      }),
    );
  }

  async subscribe(path: string): Promise<boolean> {
    this.send(`SUBSCRIBE ${path}`);
    this.account.folder(path).subscribed = true;
    return true;
  }

  async append(message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }> {
    this.send('APPEND');
    const octets = await collect(message.octets);
    return { answer: Promise.resolve(this.stored(message, octets)) };
  }

  async storeFlags(
    uids: readonly TargetUid[],
    change: { add: readonly string[]; remove: readonly string[] },
  ): Promise<void> {
    this.send(`STORE ${uids.join(',')}`);
    if (this.account.refuses({ octets: new Uint8Array(), flags: change.add }))
      throw new MigrationError('SERVER_REFUSED', 'The server refused a command.');
    const folder = this.selected();
    for (const uid of uids) {
      const message = folder.messages.find((m) => m.uid === uid);
      if (!message) continue;
      const kept = message.flags.filter((f) => !change.remove.includes(f));
      this.account.setFlags(folder.path, uid, [...new Set([...kept, ...change.add])]);
    }
  }

  permanentFlags(): { flags: readonly string[]; keywords: boolean } {
    return { flags: systemFlags, keywords: this.account.options.keywords };
  }

  private stored(message: OutgoingMessage, octets: Uint8Array): AppendAnswer {
    const { appendLimitBytes, appendLimits, refuseText, uidPlus } = this.account.options;
    const limitBytes = Math.min(appendLimitBytes ?? Infinity, appendLimits?.[this.selected().path] ?? Infinity);
    if (octets.length > limitBytes) return { kind: 'refused', code: 'MESSAGE_TOO_LARGE' };
    if (refuseText !== undefined && Buffer.from(octets).includes(refuseText))
      return { kind: 'refused', code: 'MESSAGE_REFUSED' };
    if (this.account.refuses({ octets, flags: message.flags })) return { kind: 'refused', code: 'MESSAGE_REFUSED' };
    const folder = this.selected();
    const { flags } = message;
    const internalDate = this.account.dated(message.internalDate);
    const uid = this.account.storeRewritten(folder.path, { octets, internalDate, flags });
    return uidPlus
      ? { kind: 'stored', targetUid: TargetUid.parse(uid), uidValidity: folder.uidValidity }
      : { kind: 'stored', targetUid: null, uidValidity: null };
  }
}

async function collect(octets: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of octets) parts.push(part);
  return Buffer.concat(parts);
}
