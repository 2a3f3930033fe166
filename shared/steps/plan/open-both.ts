/** Logs in on both sides; an error says which side and which row of the CSV, never what the server said. */
import { MigrationError } from '../../errors.ts';
import type { BatchRecord, MailboxRecord } from '../../contract/items.ts';
import type { SourceMailbox, TargetMailbox } from '../../ports/mail.ts';
import type { MailboxKey } from '../../ports/stores.ts';
import { bothOrNone, endpointsOf, revealLogins } from '../logins.ts';
import type { PlanPorts } from './planning.ts';

export interface BothSides {
  source: SourceMailbox;
  target: TargetMailbox;
}

export async function openBoth(
  ports: PlanPorts,
  at: { key: MailboxKey; batch: BatchRecord; mailbox: MailboxRecord },
): Promise<BothSides> {
  const logins = await revealLogins(ports, at.key);
  const endpoints = endpointsOf(at.batch);
  return bothOrNone(
    ports.servers
      .openSource(endpoints.source, logins.source)
      .catch((error: unknown) => rethrow(error, `source server ${endpoints.source.host}`, at.mailbox.origin)),
    ports.servers
      .openTarget(endpoints.target, logins.target)
      .catch((error: unknown) => rethrow(error, `target server ${endpoints.target.host}`, at.mailbox.origin)),
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
