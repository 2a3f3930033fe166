import { MigrationError } from '../../errors.ts';
import { firstWord, isThrottle, throttled } from './classify.ts';

/** What imapflow says of a failed connect; none of its texts are passed on. */
interface Failure {
  code: string;
  tlsFailed: boolean;
  authenticationFailed: boolean;
  responseCode: string;
  texts: string;
}

const certificateCode = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/;
const handshakeCode = /^(?:ERR_SSL_|EPROTO|ERR_TLS_)/;
const unreachableCode =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL|ETIMEDOUT|EACCES|CONNECT_TIMEOUT|GREETING_TIMEOUT)/;

export function openFailure(error: unknown, pauseSeconds: number | null): MigrationError {
  if (error instanceof MigrationError) return error;
  const { code, tlsFailed, authenticationFailed, responseCode, texts } = describe(error);
  if (pauseSeconds !== null) {
    return new MigrationError('THROTTLED', 'The server asked for a pause.', { retryAfterSeconds: pauseSeconds });
  }
  if (certificateCode.test(code)) {
    return new MigrationError('TLS_INVALID', 'The server certificate is not valid for this host.', {
      details: { code },
    });
  }
  if (handshakeCode.test(code)) {
    return new MigrationError('TLS_INVALID', 'The TLS handshake failed.', { details: { code } });
  }
  if (tlsFailed) return tlsFailure(code);
  if (unreachableCode.test(code)) {
    return new MigrationError('SERVER_UNREACHABLE', 'The server cannot be reached.', { details: { code } });
  }
  // A server under load refuses with the words of a wrong password's NO: read the reason before blaming the password.
  if (isThrottle({ code: responseCode, text: texts }) || firstWord(responseCode) === 'LIMIT') return throttled(texts);
  if (authenticationFailed) return new MigrationError('LOGIN_REFUSED', 'The server refused the login.');
  return new MigrationError('CONNECTION_LOST', 'The connection was lost before the login was done.');
}

/** Lost in the handshake is another matter than "not offered". */
function tlsFailure(code: string): MigrationError {
  const dropped = code === 'ECONNRESET' || code === 'UPGRADE_TIMEOUT' || code === 'NoConnection';
  return dropped
    ? new MigrationError('CONNECTION_LOST', 'The connection was lost in the TLS handshake.')
    : new MigrationError('TLS_UNAVAILABLE', 'The server does not offer STARTTLS as it must be.');
}

function describe(error: unknown): Failure {
  const facts: Record<string, unknown> = typeof error === 'object' && error !== null ? { ...error } : {};
  const text = (key: string): string => {
    const value = facts[key];
    return typeof value === 'string' ? value : '';
  };
  return {
    code: text('code'),
    tlsFailed: facts['tlsFailed'] === true,
    authenticationFailed:
      facts['authenticationFailed'] === true || (error instanceof Error && error.name === 'AuthenticationFailure'),
    responseCode: text('serverResponseCode'),
    texts: [text('responseText'), text('response'), text('reason')].join(' '),
  };
}
