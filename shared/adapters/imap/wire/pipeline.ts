/** Small commands that wait for nothing of each other, sent together and answered in their order (RFC 9051 5.5). */
import { limits } from '../limits.ts';
import type { Link, Meaning } from './link.ts';
import { statusOf, type Response, type Status } from './response.ts';

export interface Ask {
  command: string;
  onUntagged: (response: Response) => void;
  meaning: Meaning;
}

interface Waiting extends Ask {
  tag: string;
  resolve: (status: Status) => void;
  reject: (error: unknown) => void;
}

/** A refusal is that command's alone; what ends the connection ends all of them. */
export class CommandPipeline {
  private readonly link: Link;
  private readonly waiting: Waiting[] = [];
  private readonly owed: Waiting[] = [];
  private running = false;

  constructor(link: Link) {
    this.link = link;
  }

  ask(ask: Ask): Promise<Status> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ...ask, tag: '', resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) await this.oneTurn();
    this.running = false;
  }

  private async oneTurn(): Promise<void> {
    let release: (() => void) | undefined;
    try {
      release = await this.link.takeTurn();
      const { turns } = this.link;
      // Whoever asked for a turn of his own meanwhile comes before later commands.
      for (const mine = (): boolean => this.link.turns === turns; ;) {
        if (mine()) await this.send();
        if (this.owed.length === 0) break;
        await this.readOne();
      }
    } catch (error) {
      for (const { reject } of [...this.owed.splice(0), ...this.waiting.splice(0)]) reject(error);
    } finally {
      release?.();
    }
  }

  private async send(): Promise<void> {
    while (this.owed.length < limits.smallCommandsAhead) {
      const next = this.waiting.shift();
      if (!next) return;
      next.tag = this.link.nextTag();
      this.owed.push(next);
      await this.link.write(Buffer.from(`${next.tag} ${next.command}\r\n`, 'latin1'));
    }
  }

  private async readOne(): Promise<void> {
    const response = await this.link.next();
    const at = this.owed.findIndex(({ tag }) => tag === response.tag);
    const [answered] = at >= 0 ? this.owed.splice(at, 1) : [];
    if (answered) this.settle(answered, statusOf(response));
    else {
      // What is untagged belongs to the oldest command: servers work off one after the other.
      if (this.owed[0]) this.tell(this.owed[0], response);
      await this.link.skipBody(response);
    }
  }

  private settle({ meaning, resolve, reject }: Waiting, status: Status): void {
    try {
      resolve(this.link.accepted(status, meaning));
    } catch (error) {
      reject(error);
    }
  }

  /** Who does not want what the server tells wants nothing more of this server. */
  private tell(head: Waiting, response: Response): void {
    try {
      head.onUntagged(response);
    } catch (error) {
      this.owed.shift();
      head.reject(error);
      this.link.destroy();
    }
  }
}
