/** Settings and CSV of a batch, from the intake bucket to trusted values. */
import { parseCsv } from '../../contract/csv.ts';
import type { BatchRecord } from '../../contract/items.ts';
import { parseSettings } from '../../contract/parse-settings.ts';
import type { EndpointSettings, Settings } from '../../contract/settings.ts';
import type { PassScope } from '../../contract/workflow.ts';
import { MigrationError } from '../../errors.ts';
import type { Ports } from '../../ports/ports.ts';

type IntakePorts = Pick<Ports, 'intake'>;

export interface BatchSettings {
  settings: Settings;
  certificates: BatchRecord['certificates'];
}

const settingsName = 'migration.json';

/** null when there is no migration.json. Errors: SETTINGS_INVALID. */
export async function readSettings({ intake }: IntakePorts, batch: string): Promise<BatchSettings | null> {
  const octets = await intake.read(`${batch}/${settingsName}`);
  if (!octets) return null;
  const settings = parseSettings(new TextDecoder('utf-8').decode(octets));
  const certificate = async (side: 'source' | 'target'): Promise<string | null> => {
    const name = settings[side].caFile;
    return name === undefined ? null : readCertificate({ intake }, { batch, side, name });
  };
  return { settings, certificates: { source: await certificate('source'), target: await certificate('target') } };
}

/** Enough for a chain; a DynamoDB item holds 400 KB. */
const mostPemBytes = 64 * 1024;

async function readCertificate(
  { intake }: IntakePorts,
  at: { batch: string; side: string; name: NonNullable<EndpointSettings['caFile']> },
): Promise<string> {
  const octets = await intake.read(`${at.batch}/${at.name}`);
  const pem = octets && octets.length <= mostPemBytes ? new TextDecoder('utf-8').decode(octets) : '';
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  const problem = octets ? 'is not a PEM file with certificates' : `is not in the folder ${at.batch}/`;
  throw new MigrationError('SETTINGS_INVALID', `${settingsName}: ${at.side}.caFile ${problem}.`);
}

export type CsvScope = Extract<PassScope, { kind: 'csv' }>;
export const csvName = (scope: CsvScope): string => scope.key.slice(scope.key.indexOf('/') + 1);

/** Errors: CSV_GONE, CSV_EMPTY, CSV_HEADER_MISSING, CSV_UNREADABLE. */
export async function readCsv({ intake }: IntakePorts, scope: CsvScope): Promise<ReturnType<typeof parseCsv>> {
  const octets = await intake.readVersion(scope.key, scope.versionId);
  if (!octets) throw new MigrationError('CSV_GONE', `The uploaded version of ${csvName(scope)} is gone.`);
  return parseCsv(octets, csvName(scope));
}
