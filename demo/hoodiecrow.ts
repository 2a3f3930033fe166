/**
 * The fallback where Dovecot cannot be installed: hoodiecrow-imap, in process, mail in memory only. One port for all
 * users, as with Dovecot: hoodiecrow has one mailbox a server, so each user has a server of its own that does not
 * listen, and the login moves the connection there.
 */
import { createRequire } from 'node:module';
import type { EventEmitter } from 'node:events';
import type { DovecotUser } from './dovecot-config.ts';
import { freePort, type MailServer } from './dovecot.ts';

export interface HoodiecrowOptions {
  users: readonly DovecotUser[];
}

interface Crow extends EventEmitter {
  listen(port: number, host: string, listening: () => void): void;
  close(closed: () => void): void;
  setCommandHandler(command: string, handler: Handler): void;
  server: EventEmitter;
}

interface CrowConnection {
  server: Crow;
  state: string;
  socket: { destroy(): void } | null;
  _notificationCallback: (notice: unknown) => void;
  send(response: { tag: string; command: string; attributes: { type: 'TEXT'; value: string }[] }): void;
}

interface Parsed {
  tag: string;
  attributes?: { value?: unknown }[];
}

type Handler = (connection: CrowConnection, parsed: Parsed, data: unknown, done: () => void) => void;

const hoodiecrow: (options: object) => Crow = createRequire(import.meta.url)('hoodiecrow-imap');
const plugins = ['ID', 'LITERALPLUS', 'NAMESPACE', 'UIDPLUS', 'SPECIAL-USE', 'UNSELECT'];

export async function startHoodiecrow({ users }: HoodiecrowOptions): Promise<MailServer> {
  const homes = new Map(users.map((user) => [user.user, { password: user.password, home: newHome() }]));
  const front = newHome();
  front.setCommandHandler('LOGIN', (connection, parsed, _data, done) => {
    const [user, password] = (parsed.attributes ?? []).map(({ value }) => String(value));
    const found = homes.get(user ?? '');
    const admitted = found !== undefined && found.password === password && connection.state === 'Not Authenticated';
    if (admitted) moveTo(connection, found.home);
    const text = admitted ? 'User logged in' : '[AUTHENTICATIONFAILED] Login failed';
    connection.send({ tag: parsed.tag, command: admitted ? 'OK' : 'NO', attributes: [{ type: 'TEXT', value: text }] });
    done();
  });
  const sockets = new Set<{ destroy(): void }>();
  front.server.on('connection', (socket: { destroy(): void }) => sockets.add(socket));
  const port = await freePort();
  await new Promise<void>((listening) => front.listen(port, '127.0.0.1', listening));
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((closed) => front.close(closed));
  };
  return {
    kind: 'hoodiecrow',
    host: '127.0.0.1',
    port,
    tlsPort: 0,
    caPem: '',
    pid: null,
    configText: '',
    log: () => '',
    stop,
  };
}

function newHome(): Crow {
  const home = hoodiecrow({
    plugins,
    users: {},
    storage: {
      INBOX: {},
      '': {
        separator: '/',
        folders: { Sent: { 'special-use': '\\Sent' }, Trash: { 'special-use': '\\Trash' } },
      },
    },
  });
  home.setMaxListeners(0);
  return home;
}

function moveTo(connection: CrowConnection, home: Crow): void {
  connection.server.removeListener('notify', connection._notificationCallback);
  connection.server = home;
  home.on('notify', connection._notificationCallback);
  connection.state = 'Authenticated';
}
