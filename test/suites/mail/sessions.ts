import { expect, test } from '@jest/globals';
import { all, date, everythingIn, mail, type Suite } from './world.ts';

export function sessionRules({ mailbox, source, world }: Suite): void {
  test('a target that is opened to read tells octets and flags, and has no way to change them', async () => {
    const held = await mailbox();
    await held.plant('INBOX', { octets: mail('unseen'), flags: ['\\Flagged'], internalDate: date });
    const session = await world().servers.openTargetToRead(world().endpoint, held.login);
    try {
      expect(await session.openFolder('INBOX')).toMatchObject({ messageCount: 1 });
      const [message] = await all(session.listMessages({ first: 1, last: '*' }));
      expect(message?.flags).toEqual(['\\Flagged']);
      for await (const { uid, octets } of session.fetchMessages(message ? [message.uid] : [])) {
        expect(uid).toBe(message?.uid);
        expect(Buffer.concat(await all(octets))).toEqual(mail('unseen'));
      }
      expect(session).not.toHaveProperty('append');
      expect(session).not.toHaveProperty('storeFlags');
    } finally {
      await session.close();
    }
    expect((await held.see('INBOX')).map(({ flags }) => flags)).toEqual([['\\Flagged']]);
  });

  test('a wrong password is LOGIN_REFUSED and is not repeated in the error', async () => {
    const { login } = await mailbox();
    const wrong = { ...login, password: 'not-the-Password-7' };
    const error: unknown = await world()
      .servers.openSource(world().endpoint, wrong)
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(everythingIn(error)).not.toContain('not-the-Password-7');
  });

  test('a closed session is CONNECTION_LOST; closing twice is no error', async () => {
    const session = await source(await mailbox());
    await session.close();
    await session.close();
    await expect(session.openFolder('INBOX')).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
}
