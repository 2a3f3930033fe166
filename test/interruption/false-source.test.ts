/** A source that leaves out, repeats, invents or misstates what it has (faults F7 to F9, F11, F12, F15). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MailServer } from '../../demo/dovecot.ts';
import type { MailboxRecord } from '../../shared/contract/items.ts';
import { describeWithDovecot, freshUser, startQuickDovecot } from '../support/dovecot.ts';
import { nth, once, type Behaviour, type Gate, type Point, type Strike } from '../support/imap-proxy/index.ts';
import {
  differences,
  imapWorld,
  pass,
  password,
  untilComplete,
  withClient,
  type ImapWorld,
} from '../support/imap-world.ts';
import { plantSample } from '../support/plant.ts';
import type { RawAccess } from '../support/raw-imap.ts';

/** A line of a listing, without a body. */
const listed = /^\* \d+ FETCH \(UID (\d+) .*RFC822\.SIZE \d+\)$/;

describeWithDovecot('a source that does not tell the truth', () => {
  let server: MailServer;
  beforeAll(async () => {
    server = await startQuickDovecot(password);
  });
  afterAll(() => server.stop());

  async function withWorld<T>(behaviour: Behaviour, use: (world: ImapWorld) => Promise<T>): Promise<T> {
    const from: RawAccess = { host: server.host, port: server.port, user: freshUser(), password };
    await plantSample(from);
    const world = await imapWorld(server, { sourceUser: from.user, source: behaviour });
    try {
      return await use(world);
    } finally {
      await world.stop();
    }
  }
  const seen = async (world: ImapWorld, { verdict, counts, failure }: MailboxRecord) => ({
    verdict,
    failure: failure?.code ?? null,
    skipped: counts.skipped,
    gone: counts.gone,
    differences: (await differences(world)).map(({ what }) => what),
  });
  const exactlyOnce = { verdict: 'complete', failure: null, skipped: 0, gone: 0, differences: [] };
  const isThird = ({ when, answer }: Point): boolean => when === 'body' && / \(UID 3 /.test(answer);

  describe('a message of the folder', () => {
    const bodyless: Strike = {
      say: ['* 3 FETCH (UID 3 FLAGS () INTERNALDATE "03-Mar-2026 08:00:00 +0000" BODY[] NIL)'],
    };
    const garbled: Strike = {
      say: ['* 3 FETCH (UID 3 FLAGS () INTERNALDATE "03-Mar-2026 08:00:00 +0000" BODY[] ((()'],
    };
    const strikes: [string, Strike][] = [
      ['is left out of the answer (F11)', 'swallow'],
      ['comes without a body (F9)', bodyless],
      ['comes with a body that cannot be read (F9)', garbled],
    ];

    test.each(strikes)('%s once: asked again and copied', async (_title, strike) => {
      const inInbox = once(isThird, strike);
      await withWorld(inInbox, async (world) => {
        expect(await seen(world, await untilComplete(world))).toEqual(exactlyOnce);
        expect(inInbox.hit).not.toBeNull();
      });
    });

    test.each(strikes)(
      '%s always: left out by name, no stand-in, and copied once it can be read',
      async (_title, strike) => {
        let healed = false;
        const gate: Gate = (point) => (!healed && isThird(point) ? strike : null);
        await withWorld({ gate }, async (world) => {
          // UID 3 of both folders.
          expect(await seen(world, await pass(world, 'initial'))).toEqual({
            verdict: 'complete with skips',
            failure: null,
            skipped: 2,
            gone: 0,
            differences: ['count', 'message missing', 'count', 'message missing'],
          });
          healed = true;
          expect(await seen(world, await pass(world))).toEqual(exactlyOnce);
        });
      },
    );

    test('breaks off in the middle (F7): nothing of it is stored, and it is copied whole afterwards', async () => {
      await withWorld(once(isThird), async (world) => {
        expect(await seen(world, await untilComplete(world))).toEqual(exactlyOnce);
      });
    });

    test('is expunged between listing and FETCH (F15): gone, and no error', async () => {
      const from: RawAccess = { host: '', port: 0, user: '', password };
      const copying = nth(2, ({ when, command }) => when === 'command' && command.text.startsWith('EXAMINE "INBOX"'));
      const gate: Gate = async (point) => {
        if (copying(point)) await withClient(from, (imap) => imap.expunge('INBOX', 3));
        return null;
      };
      await withWorld({ gate }, async (world) => {
        Object.assign(from, world.from);
        expect(await seen(world, await untilComplete(world))).toEqual({ ...exactlyOnce, gone: 1 });
      });
    });
  });

  test.each([0, 1, 77, 1_000_000])('RFC822.SIZE is %i of every message (F8): exactly once', async (sizeBytes) => {
    const tells = (line: string): string => line.replace(/RFC822\.SIZE \d+/, `RFC822.SIZE ${sizeBytes}`);
    await withWorld({ tells }, async (world) => {
      expect(await seen(world, await untilComplete(world))).toEqual(exactlyOnce);
      expect(await seen(world, await pass(world))).toEqual(exactlyOnce);
    });
  });

  describe('a listing', () => {
    const fake = (uid: number): string =>
      `* 9 FETCH (UID ${uid} FLAGS () INTERNALDATE "01-Mar-2026 08:00:00 +0000" RFC822.SIZE 3)`;
    const backwards = (): NonNullable<Behaviour['tells']> => {
      let held: string[] = [];
      return (line) => {
        if (listed.test(line)) held.unshift(line);
        else {
          const told = [...held, line].join('\r\n');
          held = [];
          return told;
        }
        return null;
      };
    };

    test.each<[string, () => NonNullable<Behaviour['tells']>]>([
      [
        'that names every message three times',
        () => (line) => (listed.test(line) ? [line, line, line].join('\r\n') : line),
      ],
      ['in descending order', backwards],
      [
        'that invents UIDs above UIDNEXT',
        () => (line) => (listed.test(line) ? `${line}\r\n${fake(4_294_967_290)}` : line),
      ],
      [
        'with UIDs that are none',
        () => (line) => (listed.test(line) ? `${line}\r\n${fake(0)}\r\n${fake(99_999_999_999)}` : line),
      ],
    ])('%s (F12): exactly once, and a second pass finds nothing', async (_title, tells) => {
      await withWorld({ tells: tells() }, async (world) => {
        expect(await seen(world, await untilComplete(world))).toEqual(exactlyOnce);
        world.target.commands.length = 0;
        expect(await seen(world, await pass(world))).toEqual(exactlyOnce);
        expect(world.target.commands.filter((command) => command.startsWith('APPEND '))).toEqual([]);
      });
    });

    test.each<[string, (line: string) => string | null]>([
      [
        'that leaves a message out (F11)',
        (line) => (/^\* \d+ FETCH \(UID 3 .*RFC822\.SIZE \d+\)$/.test(line) ? null : line),
      ],
      [
        'that invents a UID below UIDNEXT (F12)',
        (line) => (/ FETCH \(UID 3 .*RFC822\.SIZE \d+\)$/.test(line) ? `${fake(2)}\r\n${fake(4)}\r\n${fake(9)}` : line),
      ],
    ])('%s: COUNTS_DISAGREE, the checkpoint stays, and the next pass is complete', async (_title, tells) => {
      const behaviour: Behaviour = { tells };
      await withWorld(behaviour, async (world) => {
        const first = await seen(world, await pass(world, 'initial'));
        expect(first).toMatchObject({ verdict: 'incomplete', failure: 'COUNTS_DISAGREE' });
        delete world.source.behaviour.tells;
        expect(await seen(world, await untilComplete(world))).toEqual(exactlyOnce);
      });
    });
  });

  test.each([1, 1_000])('new mail is left out of %i listings (F11): the checkpoint never passes it', async (times) => {
    const behaviour: Behaviour = {};
    await withWorld(behaviour, async (world) => {
      await untilComplete(world);
      await withClient(world.from, async (imap) => {
        for (const text of ['new 11', 'new 12'])
          await imap.append('INBOX', { octets: Buffer.from(text), internalDate: '01-Apr-2026 10:00:00 +0000' });
      });
      let left = times;
      behaviour.tells = (line) => (/ FETCH \(UID 11 .*RFC822\.SIZE \d+\)$/.test(line) && left-- > 0 ? null : line);
      const first = await pass(world);
      if (times > 1) expect(first).toMatchObject({ verdict: 'incomplete', failure: { code: 'COUNTS_DISAGREE' } });
      delete behaviour.tells;
      expect(await seen(world, await untilComplete(world))).toEqual(exactlyOnce);
    });
  });

  test('the second message of two that are asked for together is left out (F11): the others are not disturbed', async () => {
    const left = once(
      nth(2, ({ when }) => when === 'body'),
      'swallow',
    );
    await withWorld(left, async (world) => {
      expect(await seen(world, await untilComplete(world))).toEqual(exactlyOnce);
      expect(left.hit).not.toBeNull();
    });
  });
});
