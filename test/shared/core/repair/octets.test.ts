import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Repair } from '../../../../shared/contract/items.ts';
import { ContentHashes, RepairedHash, type Face } from '../../../../shared/core/repair/content-hashes.ts';
import { fittingRepairs } from '../../../../shared/core/repair/fitting-repairs.ts';
import { Examination, OctetRepair, octetRepairs } from '../../../../shared/core/repair/octets.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The octets in parts of every size, so that each pair is cut somewhere. */
function repaired(text: string, repairs: readonly Repair[], partBytes = text.length || 1): string {
  const repair = new OctetRepair(repairs);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < text.length; at += partBytes) parts.push(repair.update(latin1(text.slice(at, at + partBytes))));
  return Buffer.concat([...parts, repair.end()]).toString('latin1');
}

const awkward = fc.stringMatching(/^[\0\r\na\xff]{0,40}$/);

describe('a repair of octets', () => {
  test.each<[string, Repair[], string]>([
    ['a\nb\n', ['bare-newlines'], 'a\r\nb\r\n'],
    ['a\rb\r', ['bare-newlines'], 'a\r\nb\r\n'],
    ['a\r\nb\r\n', ['bare-newlines'], 'a\r\nb\r\n'],
    ['\n\r\r\n\n', ['bare-newlines'], '\r\n\r\n\r\n\r\n'],
    ['a\0b\nc', ['bare-newlines'], 'a\0b\r\nc'],
    ['a\0b\nc', ['nul-octets'], 'a\x80b\nc'],
    ['a\0b\nc', ['bare-newlines', 'nul-octets'], 'a\x80b\r\nc'],
    ['no end', ['bare-newlines'], 'no end'],
    ['', ['bare-newlines', 'nul-octets'], ''],
    ['a\rb\0', ['flags', 'date'], 'a\rb\0'],
  ])('%j by %j is %j', (before, repairs, after) => {
    expect(repaired(before, repairs)).toBe(after);
  });

  test('does the same whatever the parts are', () => {
    fc.assert(
      fc.property(awkward, fc.integer({ min: 1, max: 5 }), (text, partBytes) => {
        expect(repaired(text, octetRepairs, partBytes)).toBe(repaired(text, octetRepairs));
      }),
    );
  });

  test('done twice is done once, and leaves no NUL and no lone CR or LF', () => {
    fc.assert(
      fc.property(awkward, (text) => {
        const once = repaired(text, octetRepairs);
        expect(once).not.toMatch(/\0|\r(?!\n)|(?<!\r)\n/);
        expect(repaired(once, octetRepairs)).toBe(once);
      }),
    );
  });

  test('is as long as the examination said before', () => {
    fc.assert(
      fc.property(awkward, fc.subarray([...octetRepairs]), (text, repairs) => {
        const examination = new Examination();
        for (const octet of latin1(text)) examination.update(Uint8Array.of(octet));
        examination.end();
        expect(examination.repairedBytes(repairs)).toBe(repaired(text, repairs).length);
      }),
    );
  });
});

describe('what a copy may hash to', () => {
  const hashOf = (text: string, repairs: readonly Repair[] = []): string => {
    const hash = new RepairedHash(repairs);
    hash.update(latin1(text));
    return hash.digest();
  };

  const facesOf = (text: string, partBytes: number): readonly Face[] => {
    const hashes = new ContentHashes();
    for (let at = 0; at < text.length; at += partBytes) hashes.update(latin1(text.slice(at, at + partBytes)));
    return hashes.faces();
  };

  test.each<[string, Repair[][]]>([
    ['a\r\nb\n', [[]]],
    ['a\rb', [[], ['bare-newlines']]],
    ['a\0b', [[], ['nul-octets']]],
    ['a\n\0b', [[], ['bare-newlines', 'nul-octets']]],
    ['a\r', [[], ['bare-newlines']]],
  ])('%j: %j', (text, repairs) => {
    for (const partBytes of [1, text.length])
      expect(facesOf(text, partBytes).map((face) => face.repairs)).toEqual(repairs);
  });

  test('are its own octets and the repaired ones, whatever the parts are', () => {
    fc.assert(
      fc.property(awkward, fc.integer({ min: 1, max: 5 }), (text, partBytes) => {
        const faces = [hashOf(text), hashOf(repaired(text, octetRepairs))];
        expect(new Set(facesOf(text, partBytes).map(({ hash }) => hash))).toEqual(new Set(faces));
      }),
    );
  });

  test('the hash of a repaired row is that of what was stored for it', () => {
    expect(hashOf('a\rb\0', ['nul-octets'])).toBe(hashOf(repaired('a\rb\0', ['nul-octets'])));
    expect(hashOf('a\rb\0', ['flags'])).toBe(hashOf('a\rb\0'));
  });
});

describe('the repair that fits a refusal', () => {
  const sound = { code: 'MESSAGE_REFUSED', nuls: 0, bareNewlines: 0, flags: [] } as const;
  test.each([
    [{}, []],
    [{ bareNewlines: 3 }, ['bare-newlines']],
    [{ nuls: 1 }, ['nul-octets']],
    [{ nuls: 1, bareNewlines: 1, flags: ['\\Seen'] }, ['bare-newlines', 'nul-octets']],
    [{ flags: ['\\Seen'] }, ['flags']],
    [{ code: 'MESSAGE_TOO_LARGE', nuls: 1, flags: ['\\Seen'] }, []],
  ] as const)('%j: %j', (what, repairs) => {
    expect(fittingRepairs({ ...sound, ...what })).toEqual(repairs);
  });
});
