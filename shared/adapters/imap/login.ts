import type { ImapFlow, ImapFlowOptions } from 'imapflow';
import { Socket } from 'node:net';
import { rootCertificates } from 'node:tls';
import { MigrationError } from '../../errors.ts';
import type { Endpoint, Login, MailCapabilities } from '../../ports/mail.ts';
import { safeAddress } from './address-guard.ts';
import { limits } from './limits.ts';
import { openFailure } from './login-failure.ts';
import { Connection } from './wire/connection.ts';

export interface LoggedIn {
  connection: Connection;
  capabilities: MailCapabilities;
  has: (capability: string) => boolean;
}

/** imapflow does what takes care (TLS, STARTTLS, SASL, capabilities); then its public `unbind()` hands us the socket. */
export async function logIn(endpoint: Endpoint, login: Login): Promise<LoggedIn> {
  if (endpoint.tls === 'none' && endpoint.allowPlaintext !== true) {
    throw new MigrationError('TLS_UNAVAILABLE', 'Plaintext connections are not allowed for this endpoint.');
  }
  const address = await safeAddress(endpoint);
  const told = new LoginLog();
  // Loaded at the first login: it brings the character sets of the world, which steps without IMAP need not wait for.
  const imapflow = await import('imapflow');
  const isOffered = (capability: string): boolean => client.capabilities.has(capability);
  const client: ImapFlow = new imapflow.ImapFlow({
    ...options(endpoint, address),
    auth: auth(login, isOffered),
    logger: told.logger,
  });
  client.on('error', () => {});
  told.onPause = () => client.close();
  // imapflow introduces itself again after the login where the server's answer was short: a round trip for nothing.
  told.onLogin = () => void client.capabilities.delete('ID');
  const late = setTimeout(() => client.close(), limits.openMs);
  try {
    await client.connect();
    if (!told.loggedIn) {
      throw new MigrationError('LOGIN_REFUSED', 'The server skipped the login: whose mailbox it shows is unknown.');
    }
  } catch (error) {
    client.close();
    throw openFailure(error, told.pauseSeconds);
  } finally {
    clearTimeout(late);
  }
  return handOver(client);
}

function options(endpoint: Endpoint, address: string): ImapFlowOptions {
  const { host, port, tls, ca } = endpoint;
  return {
    host: address,
    port,
    secure: tls === 'implicit',
    doSTARTTLS: tls === 'implicit' ? undefined : tls === 'starttls',
    servername: host === address ? undefined : host,
    tls: {
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    },
    disableIMAP4rev2: true,
    disableAutoEnable: true,
    disableAutoIdle: true,
    disableCompression: true,
    clientInfo: { name: 'mailferry' },
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.greetingMs,
    socketTimeout: limits.openMs,
    maxLineLength: limits.lineBytes,
    maxLiteralSize: limits.smallLiteralBytes,
    maxResponseSize: 2 * limits.lineBytes,
  };
}

/** What every server reads alike from a quoted string; anything else goes as SASL PLAIN, which is UTF-8 (RFC 4616). */
const plainWord = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;

function auth({ user, password }: Login, isOffered: (capability: string) => boolean): ImapFlowOptions['auth'] {
  if (password === '') throw new MigrationError('LOGIN_REFUSED', 'The password is empty.');
  return {
    user,
    pass: password,
    // Asked for when the capabilities are known. LOGIN costs one round trip, imapflow's AUTHENTICATE PLAIN two.
    get loginMethod() {
      const isPlain = plainWord.test(user) && plainWord.test(password);
      return isPlain && !isOffered('LOGINDISABLED') ? 'LOGIN' : undefined;
    },
  };
}

/**
 * Two things imapflow tells only its log: that it now sleeps inside the call because the server throttles, and that
 * credentials were accepted (a PREAUTH greeting skips them).
 */
class LoginLog {
  pauseSeconds: number | null = null;
  loggedIn = false;
  onPause: () => void = () => {};
  onLogin: () => void = () => {};

  readonly logger = {
    debug: (): void => {},
    error: (): void => {},
    info: (entry: object): void => {
      if (!('src' in entry) || entry.src !== 'auth') return;
      this.loggedIn = true;
      this.onLogin();
    },
    warn: (entry: object): void => {
      const delayMs: unknown = 'throttleDelay' in entry ? entry.throttleDelay : undefined;
      if (typeof delayMs !== 'number') return;
      this.pauseSeconds = Math.ceil(delayMs / 1000);
      setImmediate(() => this.onPause());
    },
  };
}

function handOver(client: ImapFlow): LoggedIn {
  const { capabilities } = client;
  const has = (name: string): boolean => capabilities.has(name);
  const limit = capabilities.get('APPENDLIMIT');
  const { readSocket, writeSocket, socket } = client.unbind();
  // The end of a line, held back until the server has acknowledged what is before it, costs 40 ms each time (Nagle).
  if (socket instanceof Socket) socket.setNoDelay(true);
  return {
    connection: new Connection({ readSocket, writeSocket, socket }),
    has,
    capabilities: {
      uidPlus: has('UIDPLUS'),
      condStore: has('CONDSTORE') || has('QRESYNC'),
      multiAppend: has('MULTIAPPEND'),
      literals: has('LITERAL+') ? 'plus' : has('LITERAL-') ? 'minus' : 'none',
      appendLimitBytes: typeof limit === 'number' ? limit : null,
      appendLimitByFolder: has('APPENDLIMIT') && typeof limit !== 'number',
    },
  };
}
