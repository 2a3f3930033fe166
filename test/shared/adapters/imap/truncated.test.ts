/** A message on its way from a source that breaks off to a target (faults F6, F7): both ends are told by a script. */
import { afterEach, expect, test } from '@jest/globals';
import { SourceUid } from '../../../../shared/contract/ids.ts';
import { ImapServers } from '../../../../shared/adapters/imap/index.ts';
import { scriptedImap, type Script } from '../../../support/scripted-imap.ts';

const login = { user: 'a@example.org', password: 'secret' };
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function server(script: Script) {
  const scripted = await scriptedImap(script);
  running.push(scripted);
  return scripted;
}

const head = '* 1 FETCH (UID 5 FLAGS () INTERNALDATE "07-Feb-2026 00:00:00 +0000" RFC822.SIZE 300 BODY[] {300}\r\n';

/** What the source sends before it breaks off, of 300 octets that it announced. */
test.each([
  ['nothing of it', ''],
  ['a part', 'x'.repeat(120)],
  ['all but one octet', 'x'.repeat(299)],
])('%s comes: the target never gets a whole literal, and its connection ends', async (_title, octets) => {
  const from = await server((command, socket) => {
    if (!command.startsWith('UID FETCH')) return null;
    setTimeout(() => socket.destroy(), 30);
    return head + octets;
  });
  let received = '';
  let ended = (): void => {};
  const gone = new Promise<void>((resolve) => (ended = resolve));
  let watched = false;
  const to = await server((command, socket) => {
    // From the first command on, so that nothing of the message escapes.
    if (!watched) socket.on('data', (data) => (received += data.toString('latin1'))).once('close', () => ended());
    watched = true;
    return command.startsWith('APPEND ') ? '' : null;
  });
  const source = await new ImapServers().openSource(from.endpoint, login);
  const target = await new ImapServers().openTarget(to.endpoint, login);
  await source.openFolder('INBOX');
  await target.openFolder('INBOX');
  const copying = async (): Promise<void> => {
    for await (const message of source.fetchMessages([SourceUid.parse(5)])) {
      await target.append({ ...message, flags: [] });
    }
  };
  await expect(copying()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  await gone;
  const [, announced = '', octetsAfter = ''] = /APPEND [^\r]*\{(\d+)\+?\}\r\n(.*)$/s.exec(received) ?? [];
  expect(octetsAfter.length).toBeLessThan(announced === '' ? 1 : 300);
  await expect(target.openFolder('INBOX')).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  await Promise.all([source.close(), target.close()]);
});

test('a source that sends more than it announced breaks the grammar: nothing of the rest is taken for the message', async () => {
  const from = await server((command) =>
    command.startsWith('UID FETCH') ? `${head}${'x'.repeat(300)}yyyy)\r\nTAG OK done\r\n` : null,
  );
  const source = await new ImapServers().openSource(from.endpoint, login);
  await source.openFolder('INBOX');
  const seen: string[] = [];
  for await (const { octets } of source.fetchMessages([SourceUid.parse(5)])) {
    let text = '';
    for await (const part of octets) text += Buffer.from(part).toString('latin1');
    seen.push(text);
  }
  expect(seen).toEqual(['x'.repeat(300)]);
  await source.close();
});
