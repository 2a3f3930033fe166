import { startDovecot } from '../../../../demo/dovecot.ts';
import { ImapServers } from '../../../../shared/adapters/imap/index.ts';
import type { Endpoint } from '../../../../shared/ports/mail.ts';
import { describeWithDovecot, mailboxAt } from '../../../support/dovecot.ts';
import { mailSuite } from '../../../suites/mail-suite.ts';

const password = 'secret-Word-1';
const base = 'CAPABILITY IMAP4REV1 LITERAL+ SASL-IR LOGIN-REFERRALS ID ENABLE IDLE NAMESPACE UIDPLUS CONDSTORE'.split(
  ' ',
);

describeWithDovecot('IMAP adapter', () => {
  mailSuite('against Dovecot, TLS', () => world('implicit'));
  mailSuite('against Dovecot, STARTTLS', () => world('starttls'));
  mailSuite('against Dovecot, synchronizing literals', () =>
    world(
      'none',
      base.filter((c) => c !== 'LITERAL+' && c !== 'CAPABILITY'),
    ),
  );
});

async function world(tls: Endpoint['tls'], capabilities?: readonly string[]) {
  const server = await startDovecot({
    anyUserPassword: password,
    tls: true,
    ...(capabilities === undefined ? {} : { capabilities }),
  });
  const endpoint: Endpoint = {
    host: server.host,
    port: tls === 'implicit' ? server.tlsPort : server.port,
    tls,
    auth: 'password',
    ca: server.caPem,
    allowPlaintext: tls === 'none',
    allowPrivateAddress: true,
  };
  return {
    servers: new ImapServers(),
    endpoint,
    mailbox: () => mailboxAt(server, password),
    close: () => server.stop(),
  };
}
