/** The delay proxy: a process of its own, so that it disturbs the measured one only through the machine. */
import { connect, createServer, type Socket } from 'node:net';
import { addCommands, CommandCounter, noCommands } from './command-counter.ts';
import { DelayLine } from './delay-line.ts';
import { ProxyRequest, type ProxyAnswer, type Traffic } from './messages.ts';

/** Enough to see a whole quiet pass. */
const logLength = 80;
/** SYN and SYN-ACK, and the ACK before the server sees anything. */
const connectRoundTrips = 1.5;

class Link {
  private counters: CommandCounter[] = [];
  private firstMs: number | null = null;
  private lastMs = 0;
  private receivedBytes = 0;
  private sentBytes = 0;
  private log: Traffic['log'] = [];
  private readonly roundTripMs: number;
  private readonly port: number;

  constructor(roundTripMs: number, port: number) {
    this.roundTripMs = roundTripMs;
    this.port = port;
  }

  listen(): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.accept(client));
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  }

  take(): Traffic {
    const traffic: Traffic = {
      connections: this.counters.length,
      firstMs: this.firstMs ?? 0,
      lastMs: this.firstMs === null ? 0 : this.lastMs,
      receivedBytes: this.receivedBytes,
      sentBytes: this.sentBytes,
      commands: this.counters.map(({ sent }) => sent).reduce(addCommands, noCommands()),
      log: this.log,
    };
    this.counters = [];
    this.firstMs = null;
    [this.receivedBytes, this.sentBytes, this.log] = [0, 0, []];
    return traffic;
  }

  private accept(client: Socket): void {
    client.pause().on('error', () => {});
    const nowMs = performance.now();
    this.firstMs ??= nowMs;
    this.lastMs = nowMs;
    const connection = this.counters.length;
    const counter = new CommandCounter((name) => this.note(connection, name));
    this.counters.push(counter);
    setTimeout(() => this.join(client, counter), this.roundTripMs * connectRoundTrips);
  }

  private join(client: Socket, counter: CommandCounter): void {
    const delayMs = this.roundTripMs / 2;
    const server = connect({ host: '127.0.0.1', port: this.port, allowHalfOpen: true, noDelay: true });
    server.on('error', () => client.destroy());
    const seen = (): void => void (this.lastMs = performance.now());
    const onReceived = (octets: Buffer): void => {
      seen();
      this.receivedBytes += octets.length;
      counter.fromClient(octets);
    };
    const onDelivered = (octets: Buffer): void => {
      seen();
      this.sentBytes += octets.length;
      counter.toClient(octets);
    };
    void new DelayLine({ from: client, to: server, delayMs, onReceived });
    void new DelayLine({ from: server, to: client, delayMs, onDelivered });
    client.resume();
  }

  private note(connection: number, name: string): void {
    const atMs = Math.round(performance.now() - (this.firstMs ?? 0));
    if (this.log.length < logLength) this.log.push(`${atMs} ${connection} ${name}`);
  }
}

let links: Link[] = [];

async function perform(request: ProxyRequest): Promise<ProxyAnswer> {
  if (request.type === 'take') return { type: 'traffic', traffic: links.map((link) => link.take()) };
  links = request.targetPorts.map((port) => new Link(request.delayMs, port));
  return { type: 'ports', ports: await Promise.all(links.map((link) => link.listen())) };
}

process.on('message', (message) => void perform(ProxyRequest.parse(message)).then((answer) => process.send?.(answer)));
// Without the bench there is nobody to proxy for.
process.on('disconnect', () => process.exit(0));
