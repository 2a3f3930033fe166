import { expect, test } from '@jest/globals';
import { everythingIn, type Suite } from './world.ts';

export function sessionRules({ mailbox, source, world }: Suite): void {
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
