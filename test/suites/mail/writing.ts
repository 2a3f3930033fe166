import { expect, test } from '@jest/globals';
import { TargetUid } from '../../../shared/contract/ids.ts';
import { all, date, instant, mail, oddMessages, outgoing, systemAndLabels, type Suite } from './world.ts';

export function writingRules({ mailbox, target }: Suite): void {
  test.each(oddMessages)('append stores the octets exactly: %s', async (_title, octets) => {
    const box = await mailbox();
    const session = await target(box);
    const { uidValidity } = await session.openFolder('INBOX');
    const { answer } = await session.append(outgoing(octets, ['\\Seen', '\\Flagged', '$Label1', '\\Recent']));
    const stored = await answer;
    const [seen] = await box.see('INBOX');
    expect(stored).toEqual({ kind: 'stored', targetUid: seen?.uid, uidValidity });
    expect(Buffer.from(seen?.octets ?? []).equals(octets)).toBe(true);
    expect(instant(seen?.internalDate)).toBe(instant(date));
    expect(systemAndLabels(seen?.flags)).toEqual(['$Label1', '\\Flagged', '\\Seen']);
  });

  test('many appends without waiting: answers come in the order of the calls', async () => {
    const box = await mailbox();
    const session = await target(box);
    await session.openFolder('INBOX');
    const answers: Promise<unknown>[] = [];
    const order: number[] = [];
    for (let i = 0; i < 200; i++) {
      const { answer } = await session.append(outgoing(mail(`${i}`), []));
      answers.push(answer.then(() => order.push(i)));
    }
    await Promise.all(answers);
    expect(order).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect((await box.see('INBOX')).map((m) => Buffer.from(m.octets).toString().split('\r')[0])).toEqual(
      order.map((i) => `Subject: ${i}`),
    );
  });

  test('other commands wait for the appends before them', async () => {
    const session = await target(await mailbox());
    await session.openFolder('INBOX');
    const { answer } = await session.append(outgoing(mail('a'), []));
    expect(await session.openFolder('INBOX')).toMatchObject({ messageCount: 1 });
    expect(await answer).toMatchObject({ kind: 'stored' });
  });

  test('flags are added and removed; gone UIDs and empty changes are no error', async () => {
    const box = await mailbox();
    await box.plant('INBOX', { octets: mail('a'), flags: ['\\Seen', '$Old'] });
    const session = await target(box);
    await session.openFolder('INBOX');
    const [message] = await all(session.listMessages({ first: 1, last: '*' }));
    const uids = [message?.uid, 4_000_000_000].filter((uid) => uid !== undefined).map((uid) => TargetUid.parse(uid));
    await session.storeFlags(uids, { add: ['\\Flagged', '$New'], remove: ['$Old'] });
    await session.storeFlags(uids, { add: [], remove: [] });
    await session.storeFlags([], { add: ['\\Deleted'], remove: [] });
    expect([...((await box.see('INBOX'))[0]?.flags ?? [])].sort()).toEqual(['$New', '\\Flagged', '\\Seen']);
    expect(session.permanentFlags()).toMatchObject({ keywords: true });
    expect(session.permanentFlags().flags).toEqual(expect.arrayContaining(['\\Seen', '\\Answered']));
  });
}
