/** An IMAP server that answers what a test tells it to: for throttling, refusals and deaths no real server shows on demand. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../../shared/ports/mail.ts';

/** Answer to a command (`LOGIN "a" "b"`, without tag); `TAG` stands for its tag. Null = the normal answer. */
export type Script = (command: string, socket: Socket) => string | null;

export interface ScriptedServer {
  endpoint: Endpoint;
  /** Commands as they came, literals as `{n}`. */
  commands: string[];
  /** What the literals held, octet by octet (latin1). */
  literals: string[];
  stop(): Promise<void>;
}

const normal: [RegExp, string][] = [
  [/^CAPABILITY/, '* CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS\r\nTAG OK done\r\n'],
  [/^LIST "" ""/, '* LIST (\\Noselect) "/" ""\r\nTAG OK done\r\n'],
  [/^(?:SELECT|EXAMINE)/, '* 0 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 1] n\r\nTAG OK [READ-WRITE] done\r\n'],
  [/^APPEND .*\{\d+\}$/, '+ go on\r\n'],
];

export async function scriptedImap(script: Script, greeting = '* OK ready\r\n'): Promise<ScriptedServer> {
  const commands: string[] = [];
  const literals: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write(greeting);
    serve(socket, { commands, literals }, script);
  });
  const port = await listening(server);
  return {
    endpoint: {
      host: '127.0.0.1',
      port,
      tls: 'none',
      auth: 'password',
      allowPlaintext: true,
      allowPrivateAddress: true,
    },
    commands,
    literals,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function serve(socket: Socket, heard: Pick<ScriptedServer, 'commands' | 'literals'>, script: Script): void {
  let held = '';
  let literal = '';
  let literalLeft = 0;
  socket.on('data', (data) => {
    held += data.toString('latin1');
    for (;;) {
      const taken = Math.min(literalLeft, held.length);
      literal += held.slice(0, taken);
      held = held.slice(taken);
      literalLeft -= taken;
      if (taken > 0 && literalLeft === 0) heard.literals.push(literal.slice(0, -2));
      if (literalLeft === 0) literal = '';
      const end = held.indexOf('\r\n');
      if (literalLeft > 0 || end < 0) return;
      const line = held.slice(0, end);
      held = held.slice(end + 2);
      const [, tag = '', command = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
      if (tag === '') continue;
      heard.commands.push(command);
      const text =
        script(command, socket) ?? normal.find(([pattern]) => pattern.test(command))?.[1] ?? 'TAG OK done\r\n';
      const size = /\{(\d+)(\+?)\}$/.exec(command);
      if (size && (size[2] === '+' || text.startsWith('+'))) literalLeft = Number(size[1]) + 2;
      socket.write(text.replaceAll('TAG', tag), 'latin1');
    }
  });
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}
