/** An IMAP server that stands before another one and strikes where a test tells it to. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../../../shared/ports/mail.ts';
import type { Behaviour } from './behaviour.ts';
import { Session } from './session.ts';

export interface ImapProxy {
  port: number;
  endpoint: Endpoint;
  /** May be changed at any time. */
  behaviour: Behaviour;
  /** Points passed so far. */
  points(): number;
  /** Commands of all connections as they came, without tags; literals as `{n}`. */
  commands: string[];
  /** Ends all connections, as a server that is shut down. */
  cut(): void;
  stop(): Promise<void>;
}

export async function startImapProxy(
  to: { host: string; port: number },
  behaviour: Behaviour = {},
): Promise<ImapProxy> {
  const gateway = new Gateway(to, behaviour);
  const port = await listening(gateway.listener);
  return {
    port,
    endpoint: {
      host: '127.0.0.1',
      port,
      tls: 'none',
      auth: 'password',
      allowPlaintext: true,
      allowPrivateAddress: true,
    },
    behaviour,
    points: () => gateway.points,
    commands: gateway.commands,
    cut: () => gateway.cut(),
    stop: () => gateway.stop(),
  };
}

class Gateway {
  points = 0;
  readonly commands: string[] = [];
  readonly listener: Server;
  private readonly to: { host: string; port: number };
  private readonly behaviour: Behaviour;
  private readonly running = new Map<Session, Promise<void>>();
  private connections = 0;

  constructor(to: { host: string; port: number }, behaviour: Behaviour) {
    this.to = to;
    this.behaviour = behaviour;
    this.listener = createServer((client) => void this.open(client));
  }

  private async open(client: Socket): Promise<void> {
    client.on('error', () => {});
    // A server has carried out what it got from a connection that was cut before anybody comes back and looks.
    await Promise.all([...this.running].flatMap(([session, ended]) => (session.over ? [ended] : [])));
    const connection = ++this.connections;
    const server = connect(this.to.port, this.to.host);
    server.on('error', () => {});
    for (const socket of [client, server]) socket.setNoDelay(true);
    const session = new Session({ client, server }, this.behaviour, async ({ when, command, answer }) => {
      const number = ++this.points;
      if (when === 'command') this.commands.push(command.text);
      return (await this.behaviour.gate?.({ number, when, command, connection, answer })) ?? null;
    });
    this.running.set(
      session,
      session.run().finally(() => this.running.delete(session)),
    );
  }

  cut(): void {
    for (const session of this.running.keys()) session.cut();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.listener.close(resolve));
    this.cut();
    await closed;
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}
