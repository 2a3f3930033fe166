/** Answers that are lost, doubled or false, at a real server: what was stored is looked up before anything is repeated. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { describeWithDovecot, freshUser } from '../support/dovecot.ts';
import {
  all,
  isAppend,
  lyingAppendUid,
  nth,
  once,
  without,
  type Behaviour,
  type Gate,
  type Point,
} from '../support/imap-proxy/index.ts';
import { differences, imapWorld, pass, untilComplete } from '../support/imap-world.ts';
import { plantMany } from '../support/plant.ts';
import type { RawAccess } from '../support/raw-imap.ts';
import { sampleServer } from '../support/sample-server.ts';
import type { Sample } from '../support/sweep.ts';

const single = without('MULTIAPPEND');
const noUids = without('UIDPLUS');
const isAnswer = (point: Point): boolean => isAppend(point) && point.when === 'answer';

describeWithDovecot('an answer that was lost, doubled or false', () => {
  const started = sampleServer();
  let sample: Sample;
  let many: RawAccess;
  beforeAll(async () => {
    ({ sample } = started());
    many = { ...sample, user: freshUser() };
    await plantMany(many, 'INBOX', 80);
  });

  /** The whole work, and what is to be seen of it afterwards. */
  async function copy(from: RawAccess, target: Behaviour, source: Behaviour = {}) {
    const world = await imapWorld(started().server, { sourceUser: from.user, target, source });
    try {
      const { verdict, surplus, openDoubts } = await untilComplete(world);
      const differ = await differences(world);
      world.target.commands.length = 0;
      await pass(world);
      const again = world.target.commands.filter((command) => command.startsWith('APPEND '));
      return { seen: { verdict, surplus, differences: differ, again }, openDoubts };
    } finally {
      await world.stop();
    }
  }
  const exactlyOnce = { verdict: 'complete', surplus: 0, differences: [], again: [] };

  test.each([
    ['', single],
    [', no UIDPLUS', all(single, noUids)],
  ])('50 APPENDs are in flight when the connection breaks%s (F2, F3): exactly once', async (_title, tells) => {
    let sent = 0;
    let full = (): void => {};
    const flying = new Promise<void>((resolve) => (full = resolve));
    let broken = false;
    const gate: Gate = async (point) => {
      if (broken || !isAppend(point)) return null;
      if (point.when === 'sent' && ++sent === 50) full();
      if (point.when !== 'answer') return null;
      await flying;
      broken = true;
      return 'cut';
    };
    const { seen, openDoubts } = await copy(many, { tells, gate });
    expect(seen).toEqual(exactlyOnce);
    expect(sent).toBeGreaterThanOrEqual(50);
    expect(openDoubts).toBeGreaterThanOrEqual(50);
  });

  test('the connection breaks in the middle of a literal (F6): nothing of the half is stored', async () => {
    const gate = once(nth(7, (point) => isAppend(point) && point.when === 'literal'));
    const { seen } = await copy(many, { tells: single, ...gate });
    expect(seen).toEqual(exactlyOnce);
    expect(gate.hit).not.toBeNull();
  });

  test.each([
    ['one message in each APPEND', single],
    ['several messages in one APPEND', undefined],
  ])('each tagged answer comes twice (F5), %s: exactly once, and no doubt', async (_title, tells) => {
    const twice: Gate = ({ when, answer, command }) =>
      when === 'answer' && !/^(?:ID|LOGIN|AUTHENTICATE|NAMESPACE)/.test(command.text)
        ? { say: [answer, answer] }
        : null;
    const { seen, openDoubts } = await copy(sample, { gate: twice, ...(tells ? { tells } : {}) }, { gate: twice });
    expect({ ...seen, openDoubts }).toEqual({ ...exactlyOnce, openDoubts: 0 });
  });

  describe.each([
    ['one message in each APPEND', single],
    ['several messages in one APPEND', undefined],
    ['one message in each APPEND, no UIDPLUS', all(single, noUids)],
  ])('the answer denies what was stored (F2), %s', (_title, tells) => {
    test.each(['NO [CANNOT] no', 'NO [UNAVAILABLE] try again', 'BAD what', 'NO [OVERQUOTA] full'])(
      '%s: exactly once',
      async (denial) => {
        let appends = 0;
        const gate: Gate = (point) =>
          isAnswer(point) && ++appends % 3 === 1 && appends < 12 ? { say: [`${point.command.tag} ${denial}`] } : null;
        const { seen } = await copy(sample, { gate, ...(tells ? { tells } : {}) });
        expect(seen).toEqual(exactlyOnce);
        expect(appends).toBeGreaterThan(0);
      },
    );

    test('BYE: exactly once', async () => {
      let appends = 0;
      const gate: Gate = (point) =>
        isAnswer(point) && ++appends % 5 === 1 && appends < 12 ? { say: ['* BYE going down'] } : null;
      const { seen } = await copy(sample, { gate, ...(tells ? { tells } : {}) });
      expect(seen).toEqual(exactlyOnce);
    });
  });

  describe.each<[string, (uid: number, uidValidity: number) => string]>([
    ['a UID that nothing has', (uid, validity) => `${validity} ${uid + 1000}`],
    ['the UID of the next message', (uid, validity) => `${validity} ${uid + 1}`],
    ['always the same UID', (_uid, validity) => `${validity} 77`],
    ['descending UIDs', (uid, validity) => `${validity} ${1000 - uid}`],
    ['another UIDVALIDITY', (uid, validity) => `${validity + 1} ${uid}`],
    ['nonsense', () => '0 0'],
  ])('APPENDUID lies (F5): %s', (_title, lie) => {
    // So that each answer is read before the next message is sent.
    const tells = all(without('MULTIAPPEND', 'LITERAL+', 'LITERAL-'), lyingAppendUid(lie));

    test('nothing is missing and nothing is twice', async () => {
      expect((await copy(sample, { tells })).seen).toEqual(exactlyOnce);
    });

    test.each<[string, (point: Point) => boolean]>([
      ['answer is lost', isAnswer],
      ['message is lost', (point) => isAppend(point) && point.when === 'literal'],
    ])('and each %s in turn: nothing is missing, and what is twice is named', async (_what, fits) => {
      const wrong: unknown[] = [];
      for (let n = 1; n <= sample.messages; n++) {
        const lost = once(nth(n, fits));
        const { seen } = await copy(sample, { tells, ...lost });
        const { verdict, surplus, again } = seen;
        const missing = seen.differences.filter(({ what }) => what.endsWith('missing')).length;
        const twice = seen.differences.filter(({ what }) => what === 'message extra').length;
        const struck = lost.hit !== null;
        if (missing > 0 || twice !== surplus || verdict !== 'complete' || again.length > 0 || !struck)
          wrong.push({ n, missing, twice, surplus, verdict, again, struck });
      }
      expect(wrong).toEqual([]);
    });
  });
});
