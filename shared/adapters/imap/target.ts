import type { TargetUid } from '../../contract/ids.ts';
import { MigrationError } from '../../errors.ts';
import type { AppendAnswer, OutgoingMessage, TargetMailbox } from '../../ports/mail.ts';
import { appendLimits } from './append-limits.ts';
import { AppendQueue } from './append-queue.ts';
import { createFolder } from './create-folder.ts';
import { storableFlags } from './flags.ts';
import { delimiterOf } from './folders.ts';
import type { LoggedIn } from './login.ts';
import { ImapReader } from './reader.ts';
import { uidSets } from './uid-sets.ts';
import type { Connection } from './wire/connection.ts';

export class ImapTarget extends ImapReader<TargetUid> implements TargetMailbox {
  private readonly appends: AppendQueue;
  private delimiter: string | null | undefined;

  constructor(session: LoggedIn, verb: 'EXAMINE' | 'SELECT', brand: (uid: number) => TargetUid) {
    super(session, verb, brand);
    this.appends = new AppendQueue(session.connection, session.capabilities);
  }

  async createFolder(path: string): Promise<void> {
    this.delimiter ??= await delimiterOf(this.connection, this.names);
    await createFolder(this.connection, this.names, path, this.delimiter);
  }

  async appendLimits(paths: readonly string[]): Promise<ReadonlyMap<string, number>> {
    if (!this.capabilities.appendLimitByFolder) return new Map();
    return appendLimits(this.connection, this.names, { paths, listStatus: this.listStatus() });
  }

  async subscribe(path: string): Promise<boolean> {
    try {
      await this.connection.command(`SUBSCRIBE ${this.names.onWire(path)}`);
      return true;
    } catch (error) {
      if (error instanceof MigrationError && error.code === 'SERVER_REFUSED') return false;
      throw error;
    }
  }

  protected override asker(): Pick<Connection, 'command'> {
    return this.appends;
  }

  async append(message: OutgoingMessage): Promise<{ answer: Promise<AppendAnswer> }> {
    const { name, permanentFlags } = this.selected();
    return this.appends.append(name, { ...message, flags: storableFlags(message.flags, permanentFlags) });
  }

  async storeFlags(
    uids: readonly TargetUid[],
    change: { add: readonly string[]; remove: readonly string[] },
  ): Promise<void> {
    const { permanentFlags } = this.selected();
    for (const set of uidSets(uids)) {
      for (const [sign, flags] of [['+', change.add] as const, ['-', change.remove] as const]) {
        const storable = storableFlags(flags, permanentFlags);
        if (storable.length > 0) {
          await this.connection.command(`UID STORE ${set} ${sign}FLAGS.SILENT (${storable.join(' ')})`);
        }
      }
    }
  }

  permanentFlags(): { flags: readonly string[]; keywords: boolean } {
    return this.selected().permanentFlags;
  }
}
