import { lookup } from 'node:dns/promises';
import { isPrivateAddress } from '../../core/private-address.ts';
import { MigrationError } from '../../errors.ts';
import type { Endpoint } from '../../ports/mail.ts';

export type Lookup = (host: string) => Promise<readonly { address: string }[]>;

const systemLookup: Lookup = (host) => lookup(host, { all: true });

/**
 * The address to connect to. Judged and used are the same address, so a name cannot be rebound in between; one bad
 * address among good ones refuses the host.
 */
export async function safeAddress(endpoint: Endpoint, resolve: Lookup = systemLookup): Promise<string> {
  const addresses = await resolve(endpoint.host).catch(() => []);
  const first = addresses[0];
  if (!first) throw new MigrationError('SERVER_UNREACHABLE', 'The host name has no address.');
  if (endpoint.allowPrivateAddress !== true && addresses.some(({ address }) => isPrivateAddress(address))) {
    throw new MigrationError('ADDRESS_REFUSED', 'The host resolves to a private or loopback address.');
  }
  return first.address;
}
