/** Addresses that a settings file from outside must not reach unless the administrator says so (faults: SSRF). */
import { BlockList, isIP } from 'node:net';

/** Two lists: one list would compare an IPv4 address with the IPv6 networks as if it were mapped. */
const forbidden = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  forbidden.ipv4.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  // unspecified, loopback, IPv4-compatible and IPv4-mapped
  ['::', 64],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  forbidden.ipv6.addSubnet(network, bits, 'ipv6');
}

/** IANA's special-purpose registries; anything that is no address at all counts as private. */
export function isPrivateAddress(address: string): boolean {
  const bare = address.split('%')[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return forbidden.ipv4.check(mapped, 'ipv4');
  switch (isIP(bare)) {
    case 4:
      return forbidden.ipv4.check(bare, 'ipv4');
    case 6:
      return forbidden.ipv6.check(bare, 'ipv6');
    default:
      return true;
  }
}
