/** The folder the user gives: checked here as PlanBatch will check it, so that mistakes are told before anything starts. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseCsv } from '../shared/contract/csv.ts';
import { BatchName } from '../shared/contract/ids.ts';
import { parseSettings } from '../shared/contract/parse-settings.ts';
import { MigrationError } from '../shared/errors.ts';
import { UsageError } from './usage.ts';

export interface BatchFile {
  name: string;
  octets: Uint8Array;
}

export interface BatchFolder {
  batch: BatchName;
  /** migration.json and the certificates it names. */
  settings: BatchFile[];
  csvs: BatchFile[];
  /** `wave1.csv line 3, column Password: ...`: rows that will be rejected, the others go on. */
  warnings: string[];
}

const settingsName = 'migration.json';

/** Errors: UsageError, and MigrationError of scope `batch`. */
export async function readBatchFolder(directory: string): Promise<BatchFolder> {
  const batch = BatchName.safeParse(basename(resolve(directory)));
  if (!batch.success) {
    throw new UsageError(`"${basename(resolve(directory))}" is no name for a batch: use 1-40 of A-Z a-z 0-9 . _ -`);
  }
  const names = await readdir(directory).catch(() => {
    throw new UsageError(`There is no folder ${directory}.`);
  });
  if (!names.includes(settingsName)) {
    throw new MigrationError('SETTINGS_MISSING', `There is no ${settingsName} in ${directory}.`);
  }
  const settings = [await file(directory, settingsName)];
  const parsed = parseSettings(new TextDecoder('utf-8').decode(settings[0]?.octets));
  for (const name of new Set([parsed.source.caFile, parsed.target.caFile])) {
    if (name === undefined) continue;
    if (!names.includes(name))
      throw new MigrationError('SETTINGS_INVALID', `${settingsName}: caFile "${name}" is not in ${directory}.`);
    settings.push(await file(directory, name));
  }
  const csvs = await Promise.all(
    names
      .filter((name) => name.endsWith('.csv'))
      .sort()
      .map((name) => file(directory, name)),
  );
  if (csvs.length === 0) throw new UsageError(`There is no CSV in ${directory}.`);
  return { batch: batch.data, settings, csvs, warnings: csvs.flatMap(rejections) };
}

async function file(directory: string, name: string): Promise<BatchFile> {
  return { name, octets: await readFile(join(directory, name)) };
}

function rejections({ name, octets }: BatchFile): string[] {
  const { rejected, notices } = parseCsv(octets, name);
  return [
    ...notices.map((notice) => `${name}: ${notice}`),
    ...rejected.map(
      (r) =>
        `${name} line ${r.line}${r.column === null ? '' : `, column ${r.column}`}: ${r.reason} The row is rejected.`,
    ),
  ];
}
