/** Workers that get in each other's way, and a table that is wiped, at a real server (faults F1, F34, F35, F50). */
import { expect, test } from '@jest/globals';
import { planMailbox } from '../../shared/steps/plan-mailbox.ts';
import { settleMailbox } from '../../shared/steps/settle-mailbox.ts';
import { syncSlice } from '../../shared/steps/sync-slice.ts';
import type { SliceResult } from '../../shared/contract/workflow.ts';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import { Barrier, isAppend, nth, once, without, type Behaviour, type Point } from '../support/imap-proxy/index.ts';
import {
  differences,
  imapWorld,
  pass,
  password,
  untilComplete,
  withClient,
  type ImapWorld,
} from '../support/imap-world.ts';
import { sampleServer } from '../support/sample-server.ts';
import { key } from '../support/world.ts';

const single = without('MULTIAPPEND');
const plenty = { remainingMs: () => 600_000 };

describeWithDovecot('workers at a real server', () => {
  const started = sampleServer();

  const world = (target: Behaviour, options: { sourceUser?: string; targetUser?: string } = {}): Promise<ImapWorld> => {
    const { server, sample } = started();
    return imapWorld(server, { sourceUser: sample.user, target: { tells: single, ...target }, ...options });
  };
  const extra = async (at: ImapWorld): Promise<number> => {
    const found = await differences(at);
    expect(found.filter(({ what }) => what.endsWith('missing'))).toEqual([]);
    return found.filter(({ what }) => what === 'message extra').length;
  };

  const request = { ...key, passId: 'contoso-zombie', pass: 'initial' } as const;
  async function invoke(at: ImapWorld, id: string, carried: { loop: number; observed: SliceResult['observed'] }) {
    return syncSlice(at.ports, { ...request, chunk: 0, ...carried }, { id, deadline: plenty });
  }

  /** Takes over from a holder that stands still, and works until the chunk is done. */
  async function successor(at: ImapWorld): Promise<void> {
    let observed: SliceResult['observed'] = null;
    for (let loop = 1; loop < 20; loop++) {
      const result = await invoke(at, `successor-${loop}`, { loop, observed });
      if (result.status === 'done') return;
      at.advance(result.waitSeconds);
      observed = result.observed;
    }
    throw new Error('The chunk is never done.');
  }

  /** Where the first worker stands still, with its connection open. */
  test.each<[string, (point: Point) => boolean]>([
    ['before its first APPEND', nth(1, (p) => isAppend(p) && p.when === 'command')],
    ['between two APPENDs', nth(6, (p) => isAppend(p) && p.when === 'command')],
    ['before a literal', nth(4, (p) => isAppend(p) && p.when === 'literal')],
    ['before an answer', nth(3, (p) => isAppend(p) && p.when === 'answer')],
    ['before the last answer', nth(10, (p) => isAppend(p) && p.when === 'answer')],
    [
      'before it opens the second folder',
      nth(2, (p) => p.connection === 2 && p.command.text.startsWith('SELECT ') && p.when === 'command'),
    ],
  ])(
    'a worker frozen %s goes on after it was replaced: it is fenced, and what it stored twice is named',
    async (_title, fits) => {
      const barrier = new Barrier();
      const at = await world({ gate: barrier.gate(fits) });
      try {
        expect((await planMailbox(at.ports, request, plenty)).status).toBe('planned');
        const zombie = invoke(at, 'zombie', { loop: 0, observed: null });
        await barrier.whenReached();
        await successor(at);
        const before = await at.ports.chunks.list(key);
        barrier.release();
        expect(await zombie).toMatchObject({ status: 'wait' });
        // It wrote nothing into the chunk that was another's by then.
        expect(await at.ports.chunks.list(key)).toEqual(before);
        await settleMailbox(at.ports, { ...request, failure: null, failedChunks: [] });
        const record = await at.ports.mailboxes.read(key.batch, key.mailboxId);
        expect(record).toMatchObject({ verdict: 'complete', surplus: await extra(at) });
        at.target.commands.length = 0;
        expect(await pass(at)).toMatchObject({ verdict: 'complete' });
        expect(at.target.commands.filter((command) => command.startsWith('APPEND '))).toEqual([]);
      } finally {
        await at.stop();
      }
    },
  );

  test.each([undefined, 3, 11, 19])(
    'twins in two workers at once, answer %s lost (F34): each as often as at the source',
    async (n) => {
      const { host, port } = started().server;
      const twins = { host, port, user: freshUser(), password };
      await withClient(twins, async (imap) => {
        // Equal octets everywhere; half of them also share their date with others.
        for (let i = 0; i < 80; i++) {
          const second = String(Math.floor(i / 2) % 30).padStart(2, '0');
          await imap.append('INBOX', {
            octets: Buffer.from('Subject: twin\r\n\r\ntwin\r\n'),
            internalDate: `01-Mar-2026 10:00:${second} +0000`,
          });
        }
      });
      const lost = once(nth(n ?? 1_000, (p) => isAppend(p) && p.when === 'answer'));
      // Synchronizing literals: one folder is dealt to several workers.
      const at = await world(
        { tells: without('MULTIAPPEND', 'LITERAL+', 'LITERAL-'), gate: lost.gate },
        { sourceUser: twins.user },
      );
      at.chunksAtOnce = true;
      try {
        const { verdict, surplus } = await untilComplete(at);
        expect({ verdict, surplus, differences: await differences(at) }).toEqual({
          verdict: 'complete',
          surplus: 0,
          differences: [],
        });
        expect((await at.ports.chunks.list(key)).length).toBeGreaterThan(1);
      } finally {
        await at.stop();
      }
    },
  );

  test.each([1, 5, 9, 13, 16])(
    'all records are lost after APPEND %i: what is there is recognised, nothing is twice',
    async (n) => {
      const cut = once(nth(n, (p) => isAppend(p) && p.when === 'answered'));
      const before = await world({ gate: cut.gate });
      await planMailbox(before.ports, request, plenty);
      await invoke(before, 'first', { loop: 0, observed: null });
      expect(cut.hit).not.toBeNull();
      await before.stop();
      const at = await world({}, { targetUser: before.to.user });
      try {
        const { verdict, counts, surplus } = await untilComplete(at);
        expect({
          verdict,
          delivered: counts.copied + counts.present,
          surplus,
          differences: await differences(at),
        }).toEqual({
          verdict: 'complete',
          delivered: 16,
          surplus: 0,
          differences: [],
        });
        expect(counts.present).toBeGreaterThanOrEqual(n);
      } finally {
        await at.stop();
      }
    },
  );
});
