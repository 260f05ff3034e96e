import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { MillraceError } from '../../contract/errors.ts';

/**
 * Addresses that are not on the public internet: IANA special-purpose address registries (RFC 6890 and its updates).
 * A page must not be able to make Millrace ask the router at home for something.
 */
const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv6');
}

/** Prefixes behind which an IPv4 address stands in the last 32 bits: mapped, compatible, NAT64 (RFC 4291, 6052). */
const embedding = /^(?:::ffff:|::|64:ff9b::|64:ff9b:1:(?:[\da-f]*:)*)([\da-f]{1,4}):([\da-f]{1,4})$/;

/** Whether an IP address, as text, must not be connected to. What is no address counts as private. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const family = isIP(plain);
  if (family === 0) return true;
  if (family === 4) return privateAddresses.check(plain, 'ipv4');
  // The URL parser writes every form of an IPv6 address in one way: hexadecimal and shortest.
  const shortest = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const inner = embedding.exec(shortest);
  if (inner !== null) {
    const [high, low] = [parseInt(inner[1] ?? '', 16), parseInt(inner[2] ?? '', 16)];
    return privateAddresses.check(
      `${String(high >> 8)}.${String(high & 255)}.${String(low >> 8)}.${String(low & 255)}`,
      'ipv4',
    );
  }
  // 2002::/16 carries an IPv4 address in its next 32 bits (6to4, RFC 3056); nobody needs it any more.
  return shortest.startsWith('2002:') || privateAddresses.check(shortest, 'ipv6');
}

/**
 * A name look-up for sockets that refuses names with any private address. The socket connects to what was checked
 * here, so that a second answer of the name server cannot change it.
 */
export function guardedLookup(
  allowPrivate: boolean,
  lookup: typeof systemLookup = systemLookup,
): LookupFunction {
  return (hostname, options, callback) => {
    lookup(
      hostname,
      { ...options, all: true },
      (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => {
        if (error !== null) {
          callback(error, [], 0);
          return;
        }
        if (!allowPrivate && addresses.some(({ address }) => isPrivateAddress(address))) {
          callback(refusal(hostname), [], 0);
          return;
        }
        const [first] = addresses;
        if (options.all === true) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family);
      },
    );
  };
}

/** Sockets look up no name that is an address already. */
export function checkHost(url: URL, allowPrivate: boolean): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)) throw refusal(url.host);
}

function refusal(host: string): MillraceError {
  return new MillraceError(
    'link-refused',
    `${host} is on this computer or in a private network, where links from elsewhere must not lead. Use --allow-private-links if you trust it.`,
  );
}
