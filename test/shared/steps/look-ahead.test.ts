/** The next folder is opened while the last answers of this one are owed: what may come between must not mix them up. */
import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TargetMailbox } from '../../../shared/ports/mail.ts';
import type { Ports } from '../../../shared/ports/ports.ts';
import { batch, contents, createWorld, mailboxId, runPass, type World } from '../../support/world.ts';

const initial = { passId: 'pass-1', pass: 'initial' } as const;
const internalDate = '01-Jan-2026 00:00:00 +0000';

/** Folders A, B, C with three messages each, at a target that is known to keep octets, and whose answers take a while. */
async function world(options: Parameters<typeof createWorld>[0] = {}): Promise<{ world: World; ports: Ports }> {
  const made = await createWorld(options);
  for (const folder of ['A', 'B', 'C']) {
    made.source.addFolder(folder);
    for (const name of ['1', '2', '3'])
      made.source.store(folder, { octets: `Subject: ${folder}${name}\r\n\r\n`, internalDate });
  }
  await made.ports.mailboxes.update(batch, mailboxId, { rewrites: false });
  return { world: made, ports: slow(made.ports) };
}

function slow(ports: Ports): Ports {
  const servers = Object.create(ports.servers) as Ports['servers'];
  servers.openTarget = async (endpoint, login) => {
    const target = await ports.servers.openTarget(endpoint, login);
    const append = target.append.bind(target);
    const slowly: TargetMailbox['append'] = async (message) => {
      const { answer } = await append(message);
      return { answer: sleep(5).then(() => answer) };
    };
    return Object.assign(target, { append: slowly });
  };
  return { ...ports, servers };
}

const opened = (commands: readonly string[], verb: string): string[] =>
  commands.filter((command) => command.startsWith(verb)).map((command) => command.slice(verb.length + 1));
/** Behind those of the plan. */
const whileCopying = (commands: readonly string[]): readonly string[] =>
  commands.slice(commands.findIndex((command) => command.startsWith('FETCH BODY')));

describe('looking ahead to the next folder', () => {
  test('opens each folder once', async () => {
    const { world: at, ports } = await world();
    expect(await runPass(at, initial, ports)).toMatchObject({ verdict: 'complete' });
    expect(opened(whileCopying(at.source.commands), 'EXAMINE')).toEqual(['B', 'C']);
    expect(contents(at.target)).toEqual(contents(at.source));
  });

  test('goes back when the last message is refused, so that nothing reaches the wrong folder', async () => {
    const { world: at, ports } = await world({ target: { refuseText: 'Subject: A3' } });
    expect(await runPass(at, initial, ports)).toMatchObject({ verdict: 'complete with skips' });
    expect(opened(whileCopying(at.source.commands), 'EXAMINE')).toEqual(['B', 'A', 'B', 'C']);
    const copied = contents(at.source).filter((line) => !line.includes(btoa('Subject: A3\r\n\r\n')));
    expect(contents(at.target)).toEqual(copied);
  });

  test('finds that the next folder is gone: its messages are, the others arrive', async () => {
    const { world: at, ports } = await world();
    at.source.onCommand = (command) => {
      if (command.startsWith('FETCH BODY')) at.source.folders.delete('B');
    };
    await runPass(at, initial, ports);
    const messages = contents(at.target).filter((line) => line.split('|').length > 2);
    expect(messages.map((line) => line.split('|')[0])).toEqual(['A', 'A', 'A', 'C', 'C', 'C']);
  });

  test('finds that the next folder was renumbered: its UIDs name nothing, nothing of it is copied under them', async () => {
    const { world: at, ports } = await world();
    let once = false;
    at.source.onCommand = (command) => {
      if (!command.startsWith('FETCH BODY') || once) return;
      once = true;
      at.source.renumber('B', 7);
    };
    expect(await runPass(at, initial, ports)).toMatchObject({ verdict: 'incomplete' });
    expect(contents(at.target).filter((line) => line.startsWith('B|'))).toEqual(['B|']);
    expect(await runPass(at, { passId: 'pass-2', pass: 'incremental' }, ports)).toMatchObject({ verdict: 'complete' });
    expect(contents(at.target)).toEqual(contents(at.source));
  });
});
