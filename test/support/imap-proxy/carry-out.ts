/** Carries out a withheld command, on a connection of its own: what an overloaded server does after its client has gone. */
import { connect } from 'node:net';
import type { RawAccess } from '../raw-imap.ts';
import { serverLiteral, units } from './framing.ts';

export async function carryOut(access: RawAccess, command: Uint8Array): Promise<void> {
  const socket = connect(access.port, access.host);
  const tag = Buffer.from(command).toString('latin1').split(' ', 1)[0] ?? '';
  socket.write(`login LOGIN "${access.user}" "${access.password}"\r\n`);
  try {
    for await (const unit of units(socket, serverLiteral)) {
      if (unit.kind !== 'line') continue;
      if (unit.text.startsWith('login OK')) socket.write(command);
      else if (unit.text.startsWith(`${tag} OK`)) return;
      else if (/^(?:login|\S+) (?:NO|BAD) /.test(unit.text) && !unit.text.startsWith('*')) throw new Error(unit.text);
    }
    throw new Error('The server hung up before it had carried out the command.');
  } finally {
    socket.destroy();
  }
}
