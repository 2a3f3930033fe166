/** What a refusal proves: nothing. Found by the exhaustive exploration in test/protocol/model. */
import { describe, expect, test } from '@jest/globals';
import { LedgerRow } from '../../../shared/contract/items.ts';
import type { AppendAnswer, TargetMailbox } from '../../../shared/ports/mail.ts';
import type { Ports } from '../../../shared/ports/ports.ts';
import { createWorld, key, runPass, type World } from '../../support/world.ts';

const initial = { passId: 'pass-1', pass: 'initial' } as const;
const twin = { octets: 'A: b\r\n\r\ntwin\r\n', internalDate: '01-Jan-2026 00:00:00 +0000' };

async function worldOfTwins(): Promise<World> {
  const world = await createWorld();
  world.source.store('INBOX', twin);
  world.source.store('INBOX', twin);
  return world;
}

async function ledgerOf(world: World): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for (const { ledger } of await world.ports.folders.list(key))
    for await (const row of world.ports.data.readLines(ledger.key, (v) => LedgerRow.parse(v))) rows.push(row);
  return rows;
}

const bound = (servers: Ports['servers']): Ports['servers'] => ({
  openSource: servers.openSource.bind(servers),
  openTarget: servers.openTarget.bind(servers),
  openTargetToRead: servers.openTargetToRead.bind(servers),
});

/** The first two messages are refused with one answer, as those of one APPEND are. */
function refusingTogether(ports: Ports): Ports {
  const refused: AppendAnswer = { kind: 'refused', code: 'MESSAGE_REFUSED', together: 2 };
  let appends = 0;
  let answered = (): void => undefined;
  const both = new Promise<void>((resolve) => (answered = resolve)).then(() => refused);
  const openTarget: Ports['servers']['openTarget'] = async (endpoint, login) => {
    const target: TargetMailbox = await ports.servers.openTarget(endpoint, login);
    const append = target.append.bind(target);
    return Object.assign(target, {
      append: (message: Parameters<TargetMailbox['append']>[0]) => {
        appends += 1;
        if (appends === 2) answered();
        return appends <= 2 ? Promise.resolve({ answer: both }) : append(message);
      },
    });
  };
  return { ...ports, servers: { ...bound(ports.servers), openTarget } };
}

describe('messages that were refused', () => {
  test('together and are sent again are in doubt: the refused command may yet be carried out', async () => {
    const world = await worldOfTwins();
    expect(await runPass(world, initial, refusingTogether(world.ports))).toMatchObject({ verdict: 'complete' });
    expect(await ledgerOf(world)).toMatchObject([
      { evidence: 'acknowledged', doubt: true },
      { evidence: 'acknowledged', doubt: true },
    ]);
  });

  test('never take the copy of a twin, though the target renumbers its folder meanwhile', async () => {
    const world = await worldOfTwins();
    let appends = 0;
    world.target.refuses = () => {
      if (++appends !== 2) return false;
      world.target.renumber('INBOX', 5);
      return true;
    };
    expect(await runPass(world, initial)).toMatchObject({ verdict: 'complete with skips' });
    expect(await ledgerOf(world)).toMatchObject([{ outcome: 'copied', targetUid: null }, { outcome: 'quarantined' }]);
  });
});
