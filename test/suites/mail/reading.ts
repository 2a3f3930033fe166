import { expect, test } from '@jest/globals';
import { SourceUid } from '../../../shared/contract/ids.ts';
import { headerIdentity, mostHeaderBytes } from '../../../shared/core/header-identity.ts';
import { all, date, fetched, instant, mail, oddMessages, textOf, uidsOf, type Suite } from './world.ts';

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

  test('of a header only the fields of interest are told, as they stand', async () => {
    const box = await mailbox();
    const odd = 'Received: by x\r\nSUBJECT: a\r\n \tfolded  \xe9\r\nTo: b@x\r\nX-Other: 1\r\nmessage-id: <1@x>\r\n';
    await box.plant('INBOX', {
      octets: Buffer.from(`${odd}\r\nSubject: of the body\r\n`, 'latin1'),
      internalDate: date,
    });
    await box.plant('INBOX', { octets: mail('b'), flags: [] });
    const session = await source(box);
    await session.openFolder('INBOX');
    const uids = await uidsOf(session);
    const headers = await all(session.fetchHeaders([...uids, SourceUid.parse(4_000_000_000)]));
    expect(headers.map(({ uid }) => uid)).toEqual(uids);
    expect(instant(headers[0]?.internalDate)).toBe(instant(date));
    expect(textOf(headers[0])).toBe('SUBJECT: a\r\n \tfolded  \xe9\r\nTo: b@x\r\nmessage-id: <1@x>\r\n\r\n');
    expect(textOf(headers[1])).toBe('Subject: b\r\n\r\n');
    expect((await box.see('INBOX')).map(({ flags }) => flags)).toEqual([[], []]);
    expect(await all(session.fetchHeaders([]))).toEqual([]);
  });

  test('a header of 1 MB is cut off, and the session lives on', async () => {
    const box = await mailbox();
    const huge = `Subject: ${'x'.repeat(998)}\r\n${` ${'y'.repeat(997)}\r\n`.repeat(1_000)}`;
    await box.plant('INBOX', { octets: Buffer.from(`${huge}\r\nbody\r\n`) });
    await box.plant('INBOX', { octets: Buffer.from(`X-Long: ${huge}From: a@x\r\n\r\nbody\r\n`) });
    await box.plant('INBOX', { octets: Buffer.from('no header at all') });
    const session = await source(box);
    await session.openFolder('INBOX');
    const headers = await all(session.fetchHeaders(await uidsOf(session)));
    expect(headers.map(({ octets }) => octets.length)).toEqual([mostHeaderBytes, 13, expect.any(Number)]);
    expect(headers.map(({ octets }) => headerIdentity(octets, date)?.messageId ?? null)).toEqual([null, null, null]);
    expect(await session.openFolder('INBOX')).toMatchObject({ messageCount: 3 });
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
