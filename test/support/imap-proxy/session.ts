/** One client's connection, and the connection to the server that belongs to it. */
import type { Socket } from 'node:net';
import type { Behaviour, Command, Strike, When } from './behaviour.ts';
import { clientLiteral, lineEnd, serverLiteral, units } from './framing.ts';

export interface Ends {
  client: Socket;
  server: Socket;
}

export interface Passing {
  when: When;
  command: Command;
  answer: string;
}

const firstHalf = (octets: Buffer): Buffer => octets.subarray(0, octets.length >> 1);

export class Session {
  /** The client is cut off; what the server still says is read and dropped. */
  over = false;
  private readonly client: Socket;
  private readonly server: Socket;
  private readonly behaviour: Behaviour;
  private readonly ask: (point: Passing) => Promise<Strike | null>;
  private readonly owed = new Map<string, Command>();
  /** The command whose end has not been read yet. */
  private current: Command | null = null;
  private taken: Buffer[] | null = null;
  /** A line that waits for its literal, because the server is told another size or nothing. */
  private held: string | null = null;
  /** The beginning of a message from the server, until its octets are there. */
  private announcing = '';
  private dropping = false;

  constructor(ends: Ends, behaviour: Behaviour, ask: Session['ask']) {
    this.client = ends.client;
    this.server = ends.server;
    this.behaviour = behaviour;
    this.ask = ask;
  }

  /** Until the server has ended its side: by then it has carried out, or thrown away, all that it was sent. */
  async run(): Promise<void> {
    const ended = (): void => this.cut();
    await Promise.all([this.fromClient().then(ended, ended), this.fromServer().then(ended, ended)]);
  }

  cut(): void {
    this.client.destroy();
    this.endServer();
  }

  private endServer(last: Uint8Array = Buffer.alloc(0)): void {
    if (!this.over) this.server.end(last);
    this.over = true;
  }

  private async fromClient(): Promise<void> {
    for await (const unit of units(this.client, clientLiteral)) {
      if (this.over) return;
      if (unit.kind === 'line') await this.clientLine(unit.text);
      else await this.clientOctets(unit.octets);
    }
  }

  private async clientLine(line: string): Promise<void> {
    const [, tag = '', text] = /^([A-Za-z0-9]+) (.+)$/s.exec(line) ?? [];
    if (this.current) this.current.text += line;
    else if (text !== undefined) await this.begin({ tag, text });
    // Without a command it is an answer to `+` (SASL).
    await (this.current ? this.commandLine(this.current, line) : this.toServer(line + lineEnd));
  }

  private async begin(command: Command): Promise<void> {
    this.current = command;
    this.taken = (await this.at('command', command)) === 'withhold' ? [] : null;
    this.owed.set(command.tag, command);
  }

  private async commandLine(command: Command, line: string): Promise<void> {
    const goesOn = clientLiteral(line) !== null;
    if (goesOn && (this.taken !== null || (this.behaviour.stores && command.text.startsWith('APPEND ')))) {
      this.held = line;
      if (!line.endsWith('+}')) await this.toClient(`+ go on${lineEnd}`);
      return;
    }
    await this.onward(Buffer.from(line + lineEnd, 'latin1'));
    if (!goesOn) await this.finish(command);
  }

  private async finish(command: Command): Promise<void> {
    this.current = null;
    if (this.taken === null) await this.at('sent', command);
    else {
      this.behaviour.withheld?.(Buffer.concat(this.taken));
      this.cut();
    }
  }

  private async clientOctets(octets: Buffer): Promise<void> {
    const { current: command, held } = this;
    if (!command) return;
    const strike = await this.at('literal', command);
    if (strike === 'cut') {
      this.endServer(held === null ? firstHalf(octets) : Buffer.alloc(0));
      return this.cut();
    }
    if (held === null) return this.toServer(octets);
    this.held = null;
    const stored = this.behaviour.stores?.(octets) ?? octets;
    const line = held.replace(/\{\d+\+?\}$/, `{${stored.length}+}`) + lineEnd;
    await this.onward(Buffer.concat([Buffer.from(line, 'latin1'), stored]));
  }

  private async onward(octets: Buffer): Promise<void> {
    if (this.taken) this.taken.push(octets);
    else await this.toServer(octets);
  }

  private async fromServer(): Promise<void> {
    let behindLiteral = false;
    for await (const unit of units(this.server, serverLiteral)) {
      if (this.over) continue;
      if (unit.kind === 'literal') await this.serverOctets(unit.octets);
      // What is behind a literal belongs to the same response.
      else if (behindLiteral) await this.serverRest(unit.text);
      else await this.serverLine(unit.text);
      behindLiteral = unit.kind === 'literal';
    }
  }

  private async serverOctets(octets: Buffer): Promise<void> {
    const line = this.announcing;
    this.announcing = '';
    const fetch = [...this.owed.values()].find(({ text }) => text.includes('FETCH '));
    const strike = fetch && line !== '' ? await this.at('body', fetch, line) : null;
    this.dropping = strike !== null && strike !== 'cut';
    if (strike !== null && typeof strike === 'object') {
      for (const said of strike.say) await this.toClient(said + lineEnd);
    }
    if (this.dropping) return;
    if (line !== '') await this.toClient(line + lineEnd);
    if (strike === 'cut') this.endClient(firstHalf(octets));
    else await this.toClient(octets);
  }

  private async serverRest(text: string): Promise<void> {
    if (!this.dropping) return this.toClient(text + lineEnd);
    this.dropping = serverLiteral(text) !== null;
  }

  private async serverLine(told: string): Promise<void> {
    const line = this.behaviour.tells ? this.behaviour.tells(told) : told;
    if (line === null) return;
    if (/BODY\[\] \{\d+\}$/.test(line)) {
      this.announcing = line;
      return;
    }
    const tag = line.slice(0, Math.max(0, line.indexOf(' ')));
    const command = this.owed.get(tag);
    this.owed.delete(tag);
    await (command ? this.answer(command, line) : this.toClient(line + lineEnd));
  }

  private async answer(command: Command, line: string): Promise<void> {
    const strike = await this.at('answer', command, line);
    if (strike !== null && typeof strike === 'object') {
      for (const said of strike.say) await this.toClient(said + lineEnd);
    } else if (strike === null) {
      const within = await this.at('within', command, line);
      if (within === 'cut') return this.endClient(firstHalf(Buffer.from(line, 'latin1')));
      await this.toClient(line + lineEnd);
      await this.at('answered', command, line);
    }
  }

  /** Cuts by itself where nothing is left to get through. */
  private async at(when: When, command: Command, answer = ''): Promise<Strike | null> {
    if (this.over) return null;
    const strike = await this.ask({ when, command, answer });
    if (strike === 'cut' && when !== 'literal' && when !== 'body' && when !== 'within') this.cut();
    return strike;
  }

  private endClient(last: Buffer): void {
    if (!this.over) this.client.end(last);
    this.endServer();
  }

  private toClient(data: string | Buffer): Promise<void> {
    return this.over ? Promise.resolve() : written(this.client, data);
  }

  private toServer(data: string | Buffer): Promise<void> {
    return this.over ? Promise.resolve() : written(this.server, data);
  }
}

function written(socket: Socket, data: string | Buffer): Promise<void> {
  const octets = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
  return new Promise((resolve) => socket.write(octets, () => resolve()));
}
