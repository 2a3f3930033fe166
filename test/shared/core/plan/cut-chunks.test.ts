import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FolderKey, SourceUid } from '../../../../shared/contract/ids.ts';
import type { CopyRow } from '../../../../shared/contract/items.ts';
import { instantKey } from '../../../../shared/core/identity.ts';
import { cutChunks, traitsOf, type CutLimits } from '../../../../shared/core/plan/cut-chunks.ts';
import { wavesOf, weightOf } from '../../../../shared/core/plan/waves.ts';

const nowMs = Date.UTC(2026, 10, 24);
const folderKey = (n: number): FolderKey => FolderKey.parse(n.toString(16).padStart(16, '0'));
const [inbox, sent] = [folderKey(0), folderKey(1)];
const multiAppend = traitsOf({ multiAppend: true, literals: 'plus' });
const literalPlus = traitsOf({ multiAppend: false, literals: 'plus' });
const synchronizing = traitsOf({ multiAppend: false, literals: 'none' });
const limits: CutLimits = { maxChunks: 40, nowMs, connections: 2, target: multiAppend };

function row(uid: number, internalDate: string, more: Partial<CopyRow> = {}): CopyRow {
  return {
    folder: inbox,
    sourceUid: SourceUid.parse(uid),
    internalDate,
    sizeBytes: 1_000,
    flags: [],
    candidates: [],
    ...more,
  };
}
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
function dateBefore(seconds: number): string {
  const at = new Date(nowMs - seconds * 1000);
  const [date, time] = at.toISOString().slice(0, 19).split('T');
  const [year, month, day] = (date ?? '').split('-');
  return `${day}-${months[Number(month) - 1]}-${year} ${time} +0000`;
}
/** One message every `everyHours`, the newest an hour old. */
const series = (count: number, everyHours: number, more: Partial<CopyRow> = {}): CopyRow[] =>
  Array.from({ length: count }, (_, i) => row(count - i, dateBefore(3_600 * (1 + i * everyHours)), more));

const uids = (rows: readonly CopyRow[]): number[] => rows.map((r) => r.sourceUid);
const sizes = (chunks: readonly CopyRow[][]): number[] => chunks.map((chunk) => chunk.length);
const nameOf = (r: CopyRow): string => `${r.folder}/${r.sourceUid}`;
const twinKey = (r: CopyRow): string => `${r.folder}/${instantKey(r.internalDate)}`;

describe('chunks', () => {
  test('start with the newest of every folder, then comes this month’s mail, then what is older', () => {
    const rows = [
      row(1, '01-Jan-2020 00:00:00 +0000'),
      row(2, '01-Nov-2026 00:00:00 +0000'),
      row(3, '20-Nov-2026 00:00:00 +0000'),
      row(4, '10-Nov-2026 00:00:00 +0000', { folder: sent }),
    ];
    const target = { ...multiAppend, folderChangeRows: 0 };
    expect(cutChunks(rows, { ...limits, target }).map(uids)).toEqual([[3, 4, 2, 1]]);
  });

  test('never part twins: rows of a folder with one INTERNALDATE instant', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) =>
      row(i + 1, i % 2 === 0 ? '01-Jan-2026 00:00:00 +0000' : '01-Jan-2026 02:00:00 +0200'),
    );
    expect(cutChunks(rows, limits)).toHaveLength(1);
  });

  test.each([2, 3, 4, 16])('occupy all of %i connections evenly with one folder of 10,000 messages', (connections) => {
    const chunks = cutChunks(series(10_000, 6), { ...limits, connections });
    expect(chunks).toHaveLength(connections);
    for (const size of sizes(chunks)) expect(Math.abs(size - 10_000 / connections)).toBeLessThanOrEqual(5);
  });

  test('come in multiples of the connections where the mailbox is large, within the number allowed', () => {
    const chunks = cutChunks(series(50_000, 1), { ...limits, connections: 3 });
    expect(chunks.length % 3).toBe(0);
    expect(chunks.length).toBeGreaterThan(3);
    expect(Math.max(...sizes(chunks))).toBeLessThan(12_000);
    const most = { ...limits, connections: 16, target: { ...multiAppend, usualRows: 100 } };
    expect(cutChunks(series(10_000, 6), most)).toHaveLength(32);
  });

  test('are no more than are worth their logins', () => {
    expect(cutChunks(series(100, 6), { ...limits, connections: 16 })).toHaveLength(1);
    expect(cutChunks(series(100, 6), { ...limits, connections: 16, target: synchronizing })).toHaveLength(5);
  });

  test('weigh octets: a few large messages occupy all connections too', () => {
    const rows = series(60, 24, { sizeBytes: 10_000_000 });
    expect(sizes(cutChunks(rows, { ...limits, connections: 4 }))).toEqual([14, 16, 14, 16]);
  });
});

describe('a folder', () => {
  const rows = [0, 1, 2, 3, 4, 5].flatMap((n) => series(n === 0 ? 9_000 : 1_500, 4, { folder: folderKey(n) }));
  const chunksOfFolders = (chunks: readonly CopyRow[][]): number[] => {
    const folders = new Set(rows.map((r) => r.folder));
    return [...folders].map((folder) => chunks.filter((chunk) => chunk.some((r) => r.folder === folder)).length);
  };

  test('is copied by one connection only, where several into one folder are slower', () => {
    const chunks = cutChunks(rows, { ...limits, connections: 2, target: literalPlus });
    expect(chunksOfFolders(chunks)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(sizes(chunks)).toEqual([9_000, 7_500]);
  });

  test.each([
    ['MULTIAPPEND', multiAppend],
    ['synchronizing literals', synchronizing],
  ])('is split over connections where that pays: with %s', (_, target) => {
    expect(Math.max(...chunksOfFolders(cutChunks(rows, { ...limits, connections: 4, target })))).toBeGreaterThan(1);
  });
});

describe('waves', () => {
  const newest = (chunk: readonly CopyRow[], count: number): Set<string> => new Set(chunk.slice(0, count).map(nameOf));

  test('begin with the newest messages of every folder, however old they are', () => {
    const rows = [0, 1, 2, 3].flatMap((n) =>
      series(2_000, 6, { folder: folderKey(n) }).map((r, i) =>
        row(r.sourceUid, dateBefore(n * 31_536_000 + i * 3_600), r),
      ),
    );
    const chunks = cutChunks(rows, limits);
    for (const n of [0, 1, 2, 3]) {
      const first = rows.filter((r) => r.folder === folderKey(n)).slice(0, 20);
      const early = chunks.map((chunk) => newest(chunk, chunk.length / 10));
      for (const r of first) expect(early.some((names) => names.has(nameOf(r)))).toBe(true);
    }
  });

  const folders = (count: number, rows: number, sizeBytes = 1_000): CopyRow[] =>
    Array.from({ length: count }, (_, n) => series(rows, 24 * 40, { folder: folderKey(n), sizeBytes })).flat();
  const changes = (chunk: readonly CopyRow[]): number =>
    chunk.filter((r, i) => r.folder !== chunk[i - 1]?.folder).length;

  test('are only as many as cost a tenth of the work in changes of folder, but always the first and the rest', () => {
    expect(wavesOf(folders(100, 100), { nowMs, folderChangeRows: 40 })).toHaveLength(2);
    expect(wavesOf(folders(100, 100), { nowMs, folderChangeRows: 0.1 })).toHaveLength(3);
  });

  test('take a folder whole where copying the rest takes less time than coming back for it', () => {
    expect(wavesOf(folders(100, 39), { nowMs, folderChangeRows: 40 })).toHaveLength(1);
  });

  test('cost at most one more change for each folder where the mailbox is small', () => {
    const chunks = cutChunks(folders(20, 250, 4_000), { ...limits, connections: 4 });
    const parted = 3;
    expect(chunks.reduce((sum, chunk) => sum + changes(chunk), 0)).toBeLessThanOrEqual(2 * (20 + parted));
  });

  test.each([
    ['5,000 messages of 75 KB', 5_000, 75_000],
    ['10,000 messages of 4 KB', 10_000, 4_000],
  ])('bring the newest messages of 20 folders within a tenth of the time: of %s', (_, count, sizeBytes) => {
    const rows = folders(20, count / 20, sizeBytes);
    const at = { ...limits, connections: 4 };
    /** A chunk after each of its rows, in small messages. */
    const clock = (chunk: readonly CopyRow[]): { name: string; at: number }[] => {
      let time = 0;
      return chunk.map((r, i) => {
        time += weightOf(r) + (r.folder === chunk[i - 1]?.folder ? 0 : at.target.folderChangeRows);
        return { name: nameOf(r), at: time };
      });
    };
    const ends = cutChunks(rows, at).flatMap(clock);
    const tenth = Math.max(...ends.map((end) => end.at)) / 10;
    const late = new Set(ends.filter((end) => end.at > tenth).map((end) => end.name));
    for (let n = 0; n < 20; n++) {
      const newest = rows.filter((r) => r.folder === folderKey(n)).slice(0, 8);
      expect(newest.map(nameOf).filter((name) => late.has(name))).toEqual([]);
    }
  });
});

describe('whatever the mailbox', () => {
  const mailbox = fc
    .array(
      fc.record({
        folder: fc.integer({ min: 0, max: 5 }),
        age: fc.oneof(fc.integer({ min: 0, max: 800 }), fc.constantFrom(10, 60, 400)),
        sizeBytes: fc.oneof(fc.constant(4_000), fc.integer({ min: 0, max: 600_000_000 })),
        dated: fc.boolean(),
      }),
      { maxLength: 300 },
    )
    .map((list) =>
      list.map(({ folder, age, sizeBytes, dated }, i) =>
        row(i + 1, dated ? dateBefore(age * 86_400) : 'no date', { folder: folderKey(folder), sizeBytes }),
      ),
    );
  const cutting = fc.record({
    maxChunks: fc.integer({ min: 1, max: 40 }),
    connections: fc.integer({ min: 1, max: 16 }),
    // Small numbers, so that small mailboxes are cut as large ones are.
    target: fc.record({
      splitsFolders: fc.boolean(),
      folderChangeRows: fc.constantFrom(0, 1, 40),
      leastRows: fc.integer({ min: 1, max: 50 }),
      usualRows: fc.integer({ min: 1, max: 200 }),
    }),
  });
  const check = (rule: (rows: CopyRow[], chunks: CopyRow[][], at: CutLimits) => void): void =>
    fc.assert(
      fc.property(mailbox, cutting, (rows, some) => {
        const at = { nowMs, ...some };
        rule(rows, cutChunks(rows, at), at);
      }),
    );

  test('every row is in exactly one chunk', () =>
    check((rows, chunks) => {
      expect(chunks.flat().map(nameOf).sort()).toEqual(rows.map(nameOf).sort());
    }));

  test('twins are in one chunk', () =>
    check((_, chunks) => {
      const chunkOf = new Map<string, number>();
      for (const [i, chunk] of chunks.entries())
        for (const r of chunk) expect(chunkOf.set(twinKey(r), chunkOf.get(twinKey(r)) ?? i).get(twinKey(r))).toBe(i);
    }));

  test('there are at most as many chunks as allowed, and none is empty', () =>
    check((_, chunks, { maxChunks }) => {
      expect(chunks.length).toBeLessThanOrEqual(maxChunks);
      expect(chunks.every((chunk) => chunk.length > 0)).toBe(true);
    }));

  test('no chunk goes back to a newer wave, and a later tier begins where the one before ended', () =>
    check((rows, chunks, at) => {
      const waves = wavesOf(rows, { nowMs, folderChangeRows: at.target.folderChangeRows });
      const waveOf = new Map(
        waves.flatMap(({ groups }, i) => groups.flatMap((g) => g.rows.map((r) => [nameOf(r), i]))),
      );
      const told = chunks.map((chunk) => chunk.map((r) => waveOf.get(nameOf(r)) ?? -1));
      for (const list of told) expect(list).toEqual([...list].sort((a, b) => a - b));
      // Chunks that cannot be running at once with the first of a mailbox: all of theirs is as old or older.
      for (const [i, list] of told.entries())
        for (const later of told.slice(i + at.connections)) expect(later[0]).toBeGreaterThanOrEqual(list.at(-1) ?? -1);
    }));

  test('within a wave a chunk holds each folder once, newest first', () =>
    check((rows, chunks, at) => {
      const waves = wavesOf(rows, { nowMs, folderChangeRows: at.target.folderChangeRows });
      for (const { groups } of waves) {
        const inWave = new Set(groups.flatMap((g) => g.rows.map(nameOf)));
        for (const chunk of chunks) {
          const folders = chunk.filter((r) => inWave.has(nameOf(r))).map((r) => r.folder);
          const changes = folders.filter((folder, i) => folder !== folders[i - 1]);
          expect(changes).toHaveLength(new Set(changes).size);
        }
      }
    }));

  test('a folder that may not be split is in one chunk', () =>
    check((_, chunks, { target }) => {
      if (target.splitsFolders) return;
      const seen = chunks.flatMap((chunk) => [...new Set(chunk.map((r) => r.folder))]);
      expect(seen).toHaveLength(new Set(seen).size);
    }));

  test('connections get equal shares, up to a group of twins in each wave', () =>
    check((rows, _, { target, connections }) => {
      const at = { nowMs, maxChunks: 40, connections, target: { ...target, splitsFolders: true, usualRows: 1e9 } };
      const chunks = cutChunks(rows, at);
      const weight = (list: readonly CopyRow[]): number => list.reduce((sum, r) => sum + weightOf(r), 0);
      const waves = wavesOf(rows, { nowMs, folderChangeRows: target.folderChangeRows });
      const slack = waves.reduce((sum, { groups }) => sum + Math.max(...groups.map((g) => g.weight)), 0);
      const columns = Math.min(connections, Math.ceil(weight(rows) / target.leastRows));
      for (const chunk of chunks) expect(weight(chunk)).toBeLessThanOrEqual(weight(rows) / columns + slack + 1e-6);
    }));
});
