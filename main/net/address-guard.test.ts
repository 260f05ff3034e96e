import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { guardedLookup, isPrivateAddress } from './address-guard.ts';

describe('isPrivateAddress', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '[::1]',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:c0a8:101',
    '::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'localhost',
    '',
  ])('%s is', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each([
    '8.8.8.8',
    '172.32.0.1',
    '192.169.0.1',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('%s is not', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});

describe('guardedLookup', () => {
  function lookUp(addresses: LookupAddress[], allowPrivate = false): Promise<unknown> {
    const lookup = ((
      _host: string,
      _options: object,
      callback: (error: null, found: LookupAddress[]) => void,
    ) => {
      callback(null, addresses);
    }) as never;
    return new Promise((resolve, reject) => {
      guardedLookup(allowPrivate, lookup)('example.org', { all: true }, (error, found) => {
        if (error === null) resolve(found);
        else reject(error);
      });
    });
  }

  it('refuses a name of which one address is private', async () => {
    const mixed = [
      { address: '93.184.216.34', family: 4 },
      { address: '192.168.0.1', family: 4 },
    ];
    await expect(lookUp(mixed)).rejects.toMatchObject({ code: 'link-refused' });
    await expect(lookUp(mixed, true)).resolves.toEqual(mixed);
  });

  it('hands on what it checked', async () => {
    const fine = [{ address: '93.184.216.34', family: 4 }];
    await expect(lookUp(fine)).resolves.toEqual(fine);
  });
});
