import { expect, test } from '@jest/globals';
import { all, fetched, instant, mail, oddMessages, uidsOf, type Suite } from './world.ts';

export function readingRules({ mailbox, source }: Suite): void {
  test.each(oddMessages)('octets arrive exactly: %s', async (_title, octets) => {
    const box = await mailbox();
    await box.plant('INBOX', { octets });
    const session = await source(box);
    await session.openFolder('INBOX');
    const [message] = await fetched(session, await uidsOf(session));
    expect(message?.octetCount).toBe(octets.length);
    expect(message?.octets.equals(octets)).toBe(true);
  });

  test('INTERNALDATE keeps instant and zone, flags keep their names', async () => {
    const box = await mailbox();
    await box.plant('INBOX', {
      octets: mail('a'),
      internalDate: '07-Feb-2026 23:59:59 +0530',
      flags: ['\\Seen', '$Label1'],
    });
    const session = await source(box);
    await session.openFolder('INBOX');
    const [meta] = await all(session.listMessages({ first: 1, last: '*' }));
    expect(instant(meta?.internalDate)).toBe(Date.UTC(2026, 1, 7, 18, 29, 59));
    expect(meta?.internalDate).toMatch(/^0[78]-Feb-2026 \d\d:\d\d:\d\d [+-]\d{4}$/);
    expect([...(meta?.flags ?? [])].sort()).toEqual(['$Label1', '\\Seen']);
    expect(await all(session.listFlags({ first: 1, last: '*' }))).toEqual([{ uid: meta?.uid, flags: meta?.flags }]);
  });

  test('reading changes nothing', async () => {
    const box = await mailbox();
    await box.plant('INBOX', { octets: mail('a') });
    const session = await source(box);
    await session.openFolder('INBOX');
    await fetched(session, await uidsOf(session));
    expect((await box.see('INBOX')).map(({ flags }) => flags)).toEqual([[]]);
  });

  test('UIDs that are gone are absent, the others come', async () => {
    const box = await mailbox();
    for (const name of ['a', 'b', 'c']) await box.plant('INBOX', { octets: mail(name) });
    const session = await source(box);
    await session.openFolder('INBOX');
    const uids = await uidsOf(session);
    await box.remove('INBOX', uids[1] ?? 0);
    await session.openFolder('INBOX');
    const left = await fetched(session, uids);
    expect(left.map((m) => m.octets.toString())).toEqual(['a', 'c'].map((n) => mail(n).toString()));
    expect(await fetched(session, [])).toEqual([]);
  });

  test('a range is kept, also behind the last message', async () => {
    const box = await mailbox();
    for (const name of ['a', 'b', 'c']) await box.plant('INBOX', { octets: mail(name) });
    const session = await source(box);
    const { uidNext } = await session.openFolder('INBOX');
    const [first = 0, second = 0] = await uidsOf(session);
    expect((await all(session.listMessages({ first: second, last: second }))).map((m) => m.uid)).toEqual([second]);
    expect(await all(session.listMessages({ first: uidNext, last: '*' }))).toEqual([]);
    expect(await all(session.listFlags({ first: uidNext + 5, last: '*' }))).toEqual([]);
    expect(first).toBeLessThan(second);
  });

  test('half-read messages do not spoil the ones behind them', async () => {
    const box = await mailbox();
    for (const name of ['a', 'b', 'c']) await box.plant('INBOX', { octets: mail(name.repeat(200_000)) });
    const session = await source(box);
    await session.openFolder('INBOX');
    const heads: string[] = [];
    for await (const message of session.fetchMessages(await uidsOf(session))) {
      for await (const octets of message.octets) {
        heads.push(Buffer.from(octets.subarray(0, 12)).toString());
        break;
      }
    }
    expect(heads).toEqual(['Subject: aaa', 'Subject: bbb', 'Subject: ccc']);
  });

  test('only what changed since a mod-sequence is told', async () => {
    const box = await mailbox();
    for (const name of ['a', 'b']) await box.plant('INBOX', { octets: mail(name) });
    const session = await source(box);
    const { highestModSeq } = await session.openFolder('INBOX');
    expect(highestModSeq).toMatch(/^\d+$/);
    await box.plant('INBOX', { octets: mail('c'), flags: ['\\Flagged'] });
    await session.openFolder('INBOX');
    const changed = await all(session.listFlags({ first: 1, last: '*' }, highestModSeq ?? ''));
    expect(changed.map(({ flags }) => flags)).toEqual([['\\Flagged']]);
  });
}
