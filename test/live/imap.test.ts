/**
 * A look at a real account, read-only. Runs only when MAILFERRY_LIVE_HOST, _USER and _PASSWORD are set
 * (_PORT 993 and _TLS implicit unless told otherwise). Use an account made for tests.
 */
import { describe, expect, test } from '@jest/globals';
import { ImapServers } from '../../shared/adapters/imap/index.ts';
import type { Endpoint } from '../../shared/ports/mail.ts';
import { fetched, uidsOf } from '../suites/mail/world.ts';

const setting = (name: string): string => process.env[`MAILFERRY_LIVE_${name}`] ?? '';
const login = { user: setting('USER'), password: setting('PASSWORD') };
const endpoint: Endpoint = {
  host: setting('HOST'),
  port: Number(setting('PORT') || 993),
  tls: setting('TLS') === 'starttls' ? 'starttls' : 'implicit',
  auth: 'password',
};
const describeLive = endpoint.host === '' ? describe.skip : describe;

describeLive('a real IMAP server', () => {
  test('folders are listed and opened, messages have the length they announce', async () => {
    const session = await new ImapServers().openSource(endpoint, login);
    const folders = await session.listFolders();
    expect(folders.map(({ path }) => path)).toContain('INBOX');
    await session.openFolder('INBOX');
    const newest = (await uidsOf(session)).slice(-5);
    for (const { octetCount, octets } of await fetched(session, newest)) expect(octets.length).toBe(octetCount);
    await session.close();
  }, 60_000);

  test('a wrong password is LOGIN_REFUSED', async () => {
    const wrong = { ...login, password: `${login.password}-wrong` };
    await expect(new ImapServers().openSource(endpoint, wrong)).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
  }, 60_000);
});
