/** Logs in on both sides; an error says which side and which row of the CSV, never what the server said. */
import { MigrationError } from '../../errors.ts';
import type { BatchRecord, MailboxRecord } from '../../contract/items.ts';
import type { TargetUid } from '../../contract/ids.ts';
import type { Login, MailReader, SourceMailbox } from '../../ports/mail.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { bothOrNone, endpointsOf, revealLogins } from '../logins.ts';
import type { PlanPorts } from './planning.ts';

export interface BothSides<Target extends MailReader<TargetUid>> {
  source: SourceMailbox;
  target: Target;
}

/** `openTarget`: to write there, or read-only. */
export async function openBoth<Target extends MailReader<TargetUid>>(
  ports: PlanPorts,
  at: { request: MailboxKey; batch: BatchRecord; mailbox: MailboxRecord },
  openTarget: (login: Login) => Promise<Target>,
): Promise<BothSides<Target>> {
  const logins = await revealLogins(ports, at.request);
  const endpoints = endpointsOf(at.batch);
  return bothOrNone(
    ports.servers
      .openSource(endpoints.source, logins.source)
      .catch((error: unknown) => rethrow(error, `source server ${endpoints.source.host}`, at.mailbox.origin)),
    openTarget(logins.target).catch((error: unknown) =>
      rethrow(error, `target server ${endpoints.target.host}`, at.mailbox.origin),
    ),
  );
}

function rethrow(error: unknown, side: string, origin: string): never {
  if (!(error instanceof MigrationError)) throw error;
  const message =
    error.code === 'LOGIN_REFUSED'
      ? `The ${side} refused the login of row ${origin}.`
      : `The ${side}, row ${origin}: ${error.message}`;
  const { code, details, retryAfterSeconds } = error;
  throw new MigrationError(code, message, {
    details,
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
