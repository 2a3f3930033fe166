/** UIDVALIDITY changes on either side while messages are copied (faults F13, F14), at a real server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { startDovecot, type MailServer } from '../../demo/dovecot.ts';
import { limits } from '../../shared/core/protocol/limits.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import {
  all,
  isAppend,
  nth,
  once,
  without,
  type Behaviour,
  type Gate,
  type Point,
} from '../support/imap-proxy/index.ts';
import { differences, imapWorld, pass, password, untilComplete, withClient } from '../support/imap-world.ts';
import { plantSample } from '../support/plant.ts';
import type { RawAccess } from '../support/raw-imap.ts';
import { renumber } from '../support/renumber.ts';

const archive = '&A5EDwQPHA7UDrwO,-';
const single = without('MULTIAPPEND');

describeWithDovecot('a folder that is renumbered', () => {
  let server: MailServer;
  beforeAll(async () => {
    // Maildir: Dovecot's mdbox loses copies of a folder that is deleted while another session has it open.
    server = await startDovecot({ anyUserPassword: password });
  });
  afterAll(() => server.stop());

  async function planted(): Promise<RawAccess> {
    const access = { host: server.host, port: server.port, user: freshUser(), password };
    await plantSample(access);
    await withClient(access, async (imap) => {
      for (let day = 1; day <= 6; day++)
        await imap.append('Αρχείο', {
          octets: Buffer.from(`more ${day}`),
          internalDate: `0${day}-Feb-2026 10:00:00 +0000`,
        });
    });
    return access;
  }

  interface Doing {
    fits: (point: Point) => boolean;
    act: (at: { from: RawAccess; to: RawAccess }) => Promise<void>;
  }
  /** Acts when nothing is in flight: what a server stores into a folder while that is deleted is the server's loss. */
  const gateOf = (doing: Doing, at: () => { from: RawAccess; to: RawAccess }, done: { times: number }): Gate => {
    const aimed = once(doing.fits, 'swallow');
    const owed = new Set<string>();
    return async (point) => {
      if (aimed.gate(point) !== null) {
        while (owed.size > 0) await setImmediate();
        done.times += 1;
        await doing.act(at());
      }
      if (isAppend(point) && point.when === 'command') owed.add(point.command.tag);
      if (isAppend(point) && point.when === 'answered') owed.delete(point.command.tag);
      return null;
    };
  };

  /** Copies while `doing` is done once, until the mailbox is complete. */
  async function copy(at: {
    source?: Doing;
    target?: Doing;
    tells?: Behaviour['tells'];
    cutAt?: (point: Point) => boolean;
  }) {
    const from = await planted();
    const done = { times: 0 };
    const access = (): { from: RawAccess; to: RawAccess } => ({ from, to: world.to });
    const cut = at.cutAt ? once(at.cutAt) : null;
    const target = at.target ? gateOf(at.target, access, done) : null;
    const world = await imapWorld(server, {
      sourceUser: from.user,
      source: at.source ? { gate: gateOf(at.source, access, done) } : {},
      target: {
        ...(at.tells ? { tells: at.tells } : {}),
        gate: async (point) => (await target?.(point)) ?? cut?.gate(point) ?? null,
      },
    });
    try {
      const first = await pass(world, 'initial');
      const { verdict, surplus } = await untilComplete(world);
      const seen = { verdict, surplus, differences: await differences(world), times: done.times };
      return { first, seen };
    } finally {
      await world.stop();
    }
  }
  const exactlyOnce = { verdict: 'complete', surplus: 0, differences: [], times: 1 };
  const isInArchive = (point: Point): boolean => point.command.text.includes(`"${archive}"`);

  describe('at the source', () => {
    test.each<[string, (point: Point) => boolean]>([
      [
        'before its folder is opened to be copied',
        nth(2, (p) => p.when === 'command' && p.command.text.startsWith(`EXAMINE "${archive}"`)),
      ],
      ['while its messages are fetched', nth(12, ({ when }) => when === 'body')],
      ['before its messages are fetched', nth(2, (p) => p.when === 'command' && p.command.text.includes('BODY.PEEK'))],
    ])('%s: exactly once, after another pass if need be', async (_title, fits) => {
      const act = ({ from }: { from: RawAccess }) => renumber(from, archive);
      expect((await copy({ source: { fits, act } })).seen).toEqual(exactlyOnce);
    });

    test('a renumbered folder is never called complete in the pass that met it', async () => {
      const fits = nth(2, (p) => p.when === 'command' && p.command.text.startsWith(`EXAMINE "${archive}"`));
      const { first } = await copy({ source: { fits, act: ({ from }) => renumber(from, archive) } });
      expect(first).toMatchObject({ verdict: 'incomplete', failure: { code: 'UIDVALIDITY_CHANGED' } });
    });
  });

  describe.each([
    ['UIDPLUS', single],
    ['no UIDPLUS', all(single, without('UIDPLUS'))],
    ['several messages in one command', undefined],
  ])('at the target, %s', (_title, tells) => {
    const many = tells !== undefined;
    const act = ({ to }: { to: RawAccess }) => renumber(to, archive);
    const numbers = many ? [1, 3, 6, 7, 9] : [1];

    test.each(numbers)('before its APPEND %i: exactly once', async (n) => {
      const before = limits.windowRows;
      Object.assign(limits, { windowRows: 4 });
      const fits = nth(n, (p) => isAppend(p) && isInArchive(p) && p.when === 'command');
      const { seen } = await copy({ target: { fits, act }, ...(tells ? { tells } : {}) });
      Object.assign(limits, { windowRows: before });
      expect(seen).toEqual(exactlyOnce);
    });

    test.each(numbers)('before its APPEND %i, whose answer is then lost: exactly once', async (n) => {
      const fits = nth(n, (p) => isAppend(p) && isInArchive(p) && p.when === 'command');
      const cutAt = nth(n, (p) => isAppend(p) && isInArchive(p) && p.when === 'answer');
      const { seen } = await copy({ target: { fits, act }, cutAt, ...(tells ? { tells } : {}) });
      expect(seen).toEqual(exactlyOnce);
    });
  });

  test('between two passes, with mail in doubt and new mail: exactly once', async () => {
    const from = await planted();
    const cut = once(nth(3, (p) => isAppend(p) && isInArchive(p) && p.when === 'answer'));
    const world = await imapWorld(server, { sourceUser: from.user, target: { tells: single, gate: cut.gate } });
    await untilComplete(world);
    await renumber(world.to, archive);
    await withClient(from, (imap) =>
      imap.append('Αρχείο', { octets: Buffer.from('no header at all 1'), internalDate: '01-Jan-1999 23:59:59 -0330' }),
    );
    const { verdict, surplus } = await untilComplete(world);
    expect({ verdict, surplus, differences: await differences(world) }).toEqual({
      verdict: 'complete',
      surplus: 0,
      differences: [],
    });
    await renumber(from, archive);
    const again = await untilComplete(world);
    expect({ verdict: again.verdict, differences: await differences(world) }).toEqual({
      verdict: 'complete',
      differences: [],
    });
    await world.stop();
  });
});
