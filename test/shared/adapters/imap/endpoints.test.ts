import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort, startDovecot, type MailServer } from '../../../../demo/dovecot.ts';
import { safeAddress } from '../../../../shared/adapters/imap/address-guard.ts';
import { isPrivateAddress } from '../../../../shared/core/private-address.ts';
import { ImapServers } from '../../../../shared/adapters/imap/index.ts';
import type { Endpoint } from '../../../../shared/ports/mail.ts';
import { describeWithDovecot } from '../../../support/dovecot.ts';
import { everythingIn } from '../../../suites/mail/world.ts';

const login = { user: 'a@example.org', password: 'pass-Word-4' };

async function codeOf(endpoint: Endpoint): Promise<unknown> {
  try {
    await (await new ImapServers().openSource(endpoint, login)).close();
    return 'OPEN';
  } catch (error) {
    expect(everythingIn(error)).not.toContain(login.password);
    return error instanceof Error ? error.name : error;
  }
}

describeWithDovecot('IMAP endpoints', () => {
  let server: MailServer;
  let trusted: Endpoint;
  beforeAll(async () => {
    server = await startDovecot({ users: [login], tls: true });
    const { host, tlsPort: port, caPem: ca } = server;
    trusted = { host, port, tls: 'implicit', auth: 'password', ca, allowPrivateAddress: true };
  });
  afterAll(() => server.stop());

  test('an issuer that is named is trusted, by address and by name', async () => {
    expect(await codeOf(trusted)).toBe('OPEN');
    expect(await codeOf({ ...trusted, host: 'localhost' })).toBe('OPEN');
  });

  test('an unknown issuer is TLS_INVALID', async () => {
    const { ca: _ca, ...untrusted } = trusted;
    expect(await codeOf(untrusted)).toBe('TLS_INVALID');
    expect(await codeOf({ ...untrusted, tls: 'starttls', port: server.port })).toBe('TLS_INVALID');
  });

  test('a certificate for another name is TLS_INVALID', async () => {
    expect(await codeOf({ ...trusted, host: '127.0.0.2' })).toMatch(/^(?:TLS_INVALID|SERVER_UNREACHABLE)$/);
    expect(await codeOf({ ...trusted, host: 'ip6-localhost' })).toMatch(/^(?:TLS_INVALID|SERVER_UNREACHABLE)$/);
  });

  test('TLS to a port that does not speak it is TLS_INVALID', async () => {
    expect(await codeOf({ ...trusted, port: server.port })).toBe('TLS_INVALID');
  });

  test('no STARTTLS is TLS_UNAVAILABLE', async () => {
    const plain = await startDovecot({ users: [login] });
    expect(await codeOf({ ...trusted, tls: 'starttls', port: plain.port })).toBe('TLS_UNAVAILABLE');
    await plain.stop();
  });

  test('loopback is ADDRESS_REFUSED unless it is allowed', async () => {
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1']) {
      expect(await codeOf({ ...trusted, host, allowPrivateAddress: false })).toBe('ADDRESS_REFUSED');
    }
  });
});

describe('addresses', () => {
  const endpoint: Endpoint = {
    host: '127.0.0.1',
    port: 993,
    tls: 'implicit',
    auth: 'password',
    allowPrivateAddress: true,
  };

  test('a port where nobody listens and a host without an address are SERVER_UNREACHABLE', async () => {
    expect(await codeOf({ ...endpoint, port: await freePort() })).toBe('SERVER_UNREACHABLE');
    expect(await codeOf({ ...endpoint, host: 'nowhere.invalid' })).toBe('SERVER_UNREACHABLE');
  });

  test.each(
    '0.0.0.0 10.1.2.3 100.64.0.1 127.9.9.9 169.254.169.254 172.31.0.1 192.168.1.1 224.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:10.0.0.1 ::ffff:a00:1 64:ff9b::a00:1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 ff02::1 2002:a00:1:: nonsense'.split(
      ' ',
    ),
  )('%s is refused', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  test.each(['8.8.8.8', '100.128.0.1', '172.32.0.1', '192.169.0.1', '2a00:1450:4001::1', '::ffff:8.8.8.8'])(
    '%s is allowed',
    (address) => {
      expect(isPrivateAddress(address)).toBe(false);
    },
  );

  test('one private address among public ones refuses the host', async () => {
    const mixed = async () => [{ address: '8.8.8.8' }, { address: '10.0.0.1' }];
    const judged = { ...endpoint, host: 'mixed.example', allowPrivateAddress: false };
    await expect(safeAddress(judged, mixed)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
    expect(await safeAddress(judged, async () => [{ address: '8.8.8.8' }])).toBe('8.8.8.8');
  });
});
