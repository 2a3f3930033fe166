import { describe, expect, test } from '@jest/globals';
import type { IntakeStore } from '../../shared/ports/objects.ts';

export interface IntakeFixture {
  store: IntakeStore;
  /** What a person does: a put, answered with the id of the new version. */
  upload: (key: string, text: string, metadata?: Readonly<Record<string, string>>) => Promise<string>;
}

const key = 'wave1/Änderung & more+1.csv';
const textOf = (octets: Uint8Array | null): string | null => octets && Buffer.from(octets).toString('utf8');

/** Rules of `IntakeStore`; `make` gives an empty bucket and a way to fill it. */
export function intakeStoreSuite(name: string, make: () => Promise<IntakeFixture>): void {
  describe(`${name}: intake`, () => {
    test('each version is read by its id, the newest one without', async () => {
      const { store, upload } = await make();
      const first = await upload(key, 'one');
      const second = await upload(key, 'two');
      expect(textOf(await store.readVersion(key, first))).toBe('one');
      expect(textOf(await store.readVersion(key, second))).toBe('two');
      expect(textOf(await store.read(key))).toBe('two');
    });

    test('the metadata of a version is seen without reading it', async () => {
      const { store, upload } = await make();
      const first = await upload(key, 'one', { pass: 'preflight' });
      const second = await upload(key, 'two');
      expect(await store.head(key, first)).toEqual({ metadata: { pass: 'preflight' } });
      expect(await store.head(key, second)).toEqual({ metadata: {} });
    });

    test('an empty upload is there', async () => {
      const { store, upload } = await make();
      expect(textOf(await store.readVersion(key, await upload(key, '')))).toBe('');
    });

    test('an unknown key is null', async () => {
      const { store, upload } = await make();
      const versionId = await upload(key, 'one');
      expect(await store.read('wave1/none.csv')).toBeNull();
      expect(await store.readVersion('wave1/none.csv', versionId)).toBeNull();
      expect(await store.head('wave1/none.csv', versionId)).toBeNull();
    });

    test('a deleted upload leaves no version, and longer keys stay', async () => {
      const { store, upload } = await make();
      const first = await upload(key, 'one');
      const second = await upload(key, 'two');
      await upload(`${key}.bak`, 'kept');
      expect(await store.deleteUpTo(key, second)).toBe(2);
      expect(await store.readVersion(key, first)).toBeNull();
      expect(await store.head(key, second)).toBeNull();
      expect(await store.read(key)).toBeNull();
      expect(textOf(await store.read(`${key}.bak`))).toBe('kept');
    });

    test('deleting again deletes nothing', async () => {
      const { store, upload } = await make();
      const versionId = await upload(key, 'one');
      expect(await store.deleteUpTo(key, versionId)).toBe(1);
      expect(await store.deleteUpTo(key, versionId)).toBe(0);
    });

    test('older versions of exactly this key are named, newest first', async () => {
      const { store, upload } = await make();
      const versionIds = [await upload(key, 'one'), await upload(key, 'two'), await upload(key, 'three')];
      await upload(`${key}.bak`, 'another');
      const before = (n: number) => store.versionsBefore(key, versionIds[n] ?? '');
      expect([await before(0), await before(2)]).toEqual([[], [versionIds[1], versionIds[0]]]);
      await store.deleteUpTo(key, versionIds[1] ?? '');
      expect([await before(1), await before(2)]).toEqual([[], []]);
    });

    test('a newer upload stays: its pass has yet to read it', async () => {
      const { store, upload } = await make();
      const versionIds = [await upload(key, 'one'), await upload(key, 'two'), await upload(key, 'three')];
      expect(await store.deleteUpTo(key, versionIds[1] ?? '')).toBe(2);
      expect(textOf(await store.readVersion(key, versionIds[2] ?? ''))).toBe('three');
      expect(await store.readVersion(key, versionIds[0] ?? '')).toBeNull();
    });
  });
}
