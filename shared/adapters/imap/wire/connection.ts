/** A logged-in connection: what may be said over the line, one conversation at a time. */
import { limits } from '../limits.ts';
import { Link, type Meaning } from './link.ts';
import { CommandPipeline } from './pipeline.ts';
import { statusOf, type Response, type Status } from './response.ts';

const anyRefusal: Meaning = { code: 'SERVER_REFUSED', message: 'The server refused a command.' };

export class Connection extends Link {
  private readonly pipeline = new CommandPipeline(this);

  /**
   * Hands each untagged response to `onUntagged` and returns the tagged answer if it is OK. Commands that are asked
   * without waiting for each other go out together, in their order (RFC 9051 5.5): a survey costs one round trip.
   */
  command(
    command: string,
    onUntagged: (response: Response) => void = () => {},
    meaning: Meaning = anyRefusal,
  ): Promise<Status> {
    return this.pipeline.ask({ command, onUntagged, meaning });
  }

  /**
   * One command after the other, a few of them asked before their predecessors have answered (RFC 9051 5.5), for
   * commands that mean the same whatever the answers before them are. Hands out the tagged answers, too. Leaving early
   * ends the session unless little is left.
   */
  async *converseAll(commands: Iterable<string>, meaning: Meaning = anyRefusal): AsyncGenerator<Response, void, void> {
    const release = await this.takeTurn();
    const left = commands[Symbol.iterator]();
    const owed: string[] = [];
    let current: Response | null = null;
    try {
      await this.ask(left, owed);
      while (owed.length > 0) {
        const response = await this.next();
        if (response.tag === owed[0]) {
          owed.shift();
          this.accepted(statusOf(response), meaning);
          await this.ask(left, owed);
          yield response;
        } else {
          current = response;
          yield response;
          await this.skipBody(response);
          current = null;
        }
      }
    } finally {
      const last = owed.at(-1);
      if (last !== undefined) await this.drain(last, current);
      release();
    }
  }

  private async ask(commands: Iterator<string>, owed: string[]): Promise<void> {
    while (owed.length < limits.commandsAhead) {
      const next = commands.next();
      if (next.done === true) return;
      const tag = this.nextTag();
      owed.push(tag);
      await this.write(Buffer.from(`${tag} ${next.value}\r\n`, 'latin1'));
    }
  }

  /** After an early leave: a little is read off, so that the session stays usable; for much it is given up. */
  private async drain(tag: string, current: Response | null): Promise<void> {
    try {
      if ((current?.bodyOctets ?? 0) > limits.drainBytes) this.destroy();
      else if (current && !this.isDead) await this.skipBody(current);
      for (let left = limits.drainResponses; left > 0 && !this.isDead; left--) {
        const response = await this.next();
        if (response.tag === tag) return;
        if ((response.bodyOctets ?? 0) > limits.drainBytes) break;
        await this.skipBody(response);
      }
    } catch {
      // The next command reports the death.
    }
    this.destroy();
  }
}
