import type { Json } from '../json.ts';
import { parseJson } from '../json.ts';
import type { ItemReader } from './definition.ts';
import { StatesError } from './errors.ts';
import { type Evaluation, evaluate, evaluateAs, evaluateInteger } from './evaluate.ts';
import type { WorkflowStorage } from './services.ts';

const mostItems = 100_000_000;
const delimiters = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const;

const failed = (reason: string): StatesError => new StatesError('States.ItemReaderFailed', reason);

/** The items of a Distributed Map, and where they come from (`Map.Item.Source`). */
export async function readItems(
  reader: ItemReader,
  { storage, evaluation }: { storage: WorkflowStorage; evaluation: Evaluation },
): Promise<{ items: Json[]; source: string }> {
  const field = 'ItemReader/Arguments';
  const text = (template: string | undefined, name: string): Promise<string> =>
    evaluateAs('string', template ?? '', `${field}/${name}`, evaluation);
  const given = reader.Arguments;
  const bucket = await text(given.Bucket, 'Bucket');
  const lists = reader.Resource.endsWith('listObjectsV2');
  const name = lists ? await text(given.Prefix, 'Prefix') : await text(given.Key, 'Key');
  const versionId = given.VersionId === undefined ? undefined : await text(given.VersionId, 'VersionId');
  const limit = await itemLimit(reader, evaluation);
  const items = await readAll(reader, { storage, bucket, name, versionId });
  return { items: items.slice(0, limit), source: `s3://${bucket}/${name}` };
}

async function itemLimit(reader: ItemReader, evaluation: Evaluation): Promise<number> {
  const given = reader.ReaderConfig?.MaxItems;
  if (given === undefined) return mostItems;
  const value = await evaluate(given, 'ItemReader/ReaderConfig/MaxItems', evaluation);
  if (typeof value === 'number' && value <= 0) throw failed('field MaxItems must be positive');
  return evaluateInteger(value, { field: 'ItemReader/ReaderConfig/MaxItems', least: 1, most: mostItems }, evaluation);
}

interface Place {
  storage: WorkflowStorage;
  bucket: string;
  name: string;
  versionId: string | undefined;
}

async function readAll(reader: ItemReader, { storage, bucket, name, versionId }: Place): Promise<Json[]> {
  try {
    if (reader.Resource.endsWith('listObjectsV2')) return await storage.list(bucket, name);
    const body = (await storage.read(bucket, name, versionId)).toString('utf8');
    return await parseItems(body, reader.ReaderConfig ?? { InputType: 'JSON' });
  } catch (error) {
    if (error instanceof StatesError) throw error;
    throw failed(error instanceof Error ? error.message : String(error));
  }
}

async function parseItems(body: string, config: NonNullable<ItemReader['ReaderConfig']>): Promise<Json[]> {
  if (config.InputType === 'CSV') return parseCsv(body, config);
  if (config.InputType === 'JSONL')
    return body
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map(parseJson);
  const value = parseJson(body);
  if (!Array.isArray(value)) throw failed('Attempting to map over non-iterable node.');
  return value;
}

async function parseCsv(body: string, config: NonNullable<ItemReader['ReaderConfig']>): Promise<Json[]> {
  const { parse } = await import('csv-parse/sync');
  const rows: string[][] = parse(body, {
    delimiter: delimiters[config.CSVDelimiter ?? 'COMMA'],
    bom: true,
    skip_empty_lines: true,
    relax_column_count: true,
  });
  const headers = config.CSVHeaderLocation === 'GIVEN' ? (config.CSVHeaders ?? []) : (rows.shift() ?? []);
  if (new Set(headers).size < headers.length) throw failed('CSV headers cannot contain duplicates.');
  return rows.map((row) => Object.fromEntries(headers.map((header, index) => [header, row[index] ?? ''])));
}
