/** Credentials on their way between the CSV and a session: encrypted with the mailbox as context, opened only by workers. */
import * as z from 'zod';
import type { TargetUid } from '../contract/ids.ts';
import type { BatchRecord } from '../contract/items.ts';
import type { EndpointSettings } from '../contract/settings.ts';
import { MigrationError } from '../errors.ts';
import type { Endpoint, Login, MailReader, SourceMailbox } from '../ports/mail.ts';
import type { Ports } from '../ports/ports.ts';
import type { MailboxKey } from '../ports/stores.ts';

const Logins = z.object({
  source: z.object({ user: z.string(), password: z.string() }),
  target: z.object({ user: z.string(), password: z.string() }),
});
export type Logins = z.infer<typeof Logins>;

/** A credential decrypts only as what it was sealed for: another row's ciphertext fails (faults A9). */
const contextOf = (key: MailboxKey) => ({ batch: key.batch, mailbox: key.mailboxId });

export async function sealLogins(
  ports: Pick<Ports, 'cipher' | 'credentials'>,
  key: MailboxKey,
  logins: Logins,
): Promise<void> {
  const plaintext = Buffer.from(JSON.stringify(logins), 'utf8');
  await ports.credentials.put(key, await ports.cipher.encrypt(plaintext, contextOf(key)));
}

/** Errors: CREDENTIAL_MISSING, CREDENTIAL_UNREADABLE. */
export async function revealLogins(ports: Pick<Ports, 'cipher' | 'credentials'>, key: MailboxKey): Promise<Logins> {
  const ciphertext = await ports.credentials.get(key);
  if (!ciphertext) throw new MigrationError('CREDENTIAL_MISSING', `No stored credential for ${key.mailboxId}.`);
  const plaintext = await ports.cipher.decrypt(ciphertext, contextOf(key));
  return Logins.parse(JSON.parse(Buffer.from(plaintext).toString('utf8')));
}

export function endpointsOf(batch: BatchRecord): { source: Endpoint; target: Endpoint } {
  return {
    source: endpoint(batch.settings.source, batch.certificates.source),
    target: endpoint(batch.settings.target, batch.certificates.target),
  };
}

function endpoint(settings: EndpointSettings, ca: string | null): Endpoint {
  const { host, port, tls, auth } = settings;
  return {
    host,
    port,
    tls,
    auth,
    ...(ca === null ? {} : { ca }),
    allowPlaintext: settings.allowPlaintext ?? false,
    allowPrivateAddress: settings.allowPrivateAddress ?? false,
  };
}

export type { Login };

/** Both logins at once, as each takes several round trips. When one fails the other session is closed again. */
export async function bothOrNone<Target extends MailReader<TargetUid>>(
  openingSource: Promise<SourceMailbox>,
  openingTarget: Promise<Target>,
): Promise<{ source: SourceMailbox; target: Target }> {
  const [source, target] = await Promise.allSettled([openingSource, openingTarget]);
  if (source.status === 'fulfilled' && target.status === 'fulfilled')
    return { source: source.value, target: target.value };
  for (const side of [source, target]) if (side.status === 'fulfilled') await side.value.close();
  throw source.status === 'rejected' ? source.reason : target.status === 'rejected' ? target.reason : undefined;
}
