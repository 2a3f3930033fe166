/**
 * What each target folder takes, at a target that tells its limit by folder (RFC 7889). Asked without waiting: the
 * answers come with those of what planning asks next.
 */
import type { TargetMailbox } from '../../ports/mail.ts';

export class FolderLimits {
  private readonly target: TargetMailbox;
  private readonly limitBytes = new Map<string, number>();
  private asked: Promise<unknown> = Promise.resolve();

  constructor(target: TargetMailbox) {
    this.target = target;
  }

  ask(paths: readonly string[]): void {
    if (!this.target.capabilities.appendLimitByFolder) return;
    this.asked = Promise.all([this.asked, this.note(paths)]);
    // Told to who asks for the limits; until then it is nobody's.
    this.asked.catch(() => {});
  }

  private async note(paths: readonly string[]): Promise<void> {
    for (const [path, bytes] of await this.target.appendLimits(paths)) this.limitBytes.set(path, bytes);
  }

  /** By target folder; one without an entry has no limit, or tells none. */
  async told(): Promise<ReadonlyMap<string, number>> {
    await this.asked;
    return this.limitBytes;
  }
}
