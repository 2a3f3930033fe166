import type { Json, JsonObject } from '../json.ts';
import type { MapState, ResultWriter } from './definition.ts';
import { StatesError } from './errors.ts';
import { evaluateAs } from './evaluate.ts';
import { childArn, childMachineArn, type EndedChild, type MapRun, mapRunArn } from './map-run.ts';
import type { Visit } from './run.ts';
import type { WorkflowStorage } from './services.ts';
import { evaluationOf } from './visit-scope.ts';

export interface ResultPlace {
  bucket: string;
  /** `<Prefix>/<uuid of the map run>` */
  directory: string;
  manifestKey: string;
  config: NonNullable<ResultWriter['WriterConfig']>;
}

export async function resultPlace(visit: Visit, state: MapState, mapRun: MapRun): Promise<ResultPlace | undefined> {
  const writer = state.ResultWriter;
  if (writer === undefined) return undefined;
  const evaluation = evaluationOf(visit);
  const bucket = await evaluateAs('string', writer.Arguments.Bucket, 'ResultWriter/Arguments/Bucket', evaluation);
  const prefix = await evaluateAs('string', writer.Arguments.Prefix ?? '', 'ResultWriter/Arguments/Prefix', evaluation);
  const directory = prefix === '' ? mapRun.uuid : `${prefix}/${mapRun.uuid}`;
  return { bucket, directory, manifestKey: `${directory}/manifest.json`, config: writer.WriterConfig ?? {} };
}

interface MapResults {
  mapRun: MapRun;
  inputs: readonly Json[];
  /** In the order in which they ended: the files keep it, and readers must not rely on the order of the items. */
  ended: readonly EndedChild[];
}

/** The files of a Map Run as Step Functions writes them (recorded 2026-09-23). No file for an empty list. */
export function writeResults(storage: WorkflowStorage, place: ResultPlace, results: MapResults): JsonObject {
  const { mapRun, ended } = results;
  const succeeded = ended.filter(({ result }) => result.status === 'SUCCEEDED');
  const failed = ended.filter(({ result }) => result.status !== 'SUCCEEDED');
  const endedIndexes = new Set(ended.map(({ index }) => index));
  const pending = results.inputs.filter((_, index) => !endedIndexes.has(index));
  const record = (child: EndedChild): Json => childRecord(mapRun, child, results.inputs[child.index] ?? null);
  const ResultFiles = {
    FAILED: writeFile(storage, place, { kind: 'FAILED', rows: failed.map(record) }),
    PENDING: writeFile(storage, place, { kind: 'PENDING', rows: pending.map(pendingRecord) }),
    SUCCEEDED: writeFile(storage, place, { kind: 'SUCCEEDED', rows: succeededRows(succeeded, place, record) }),
  };
  const manifest = { DestinationBucket: place.bucket, MapRunArn: mapRunArn(mapRun), ResultFiles };
  guarded(() => storage.write(place.bucket, place.manifestKey, Buffer.from(JSON.stringify(manifest))));
  return { MapRunArn: mapRunArn(mapRun), ResultWriterDetails: { Bucket: place.bucket, Key: place.manifestKey } };
}

function writeFile(storage: WorkflowStorage, place: ResultPlace, file: { kind: string; rows: Json[] }): Json[] {
  if (file.rows.length === 0) return [];
  const lines = place.config.OutputType === 'JSONL';
  const text = lines ? file.rows.map((row) => JSON.stringify(row)).join('\n') : JSON.stringify(file.rows);
  const Key = `${place.directory}/${file.kind}_0.${lines ? 'jsonl' : 'json'}`;
  const body = Buffer.from(text);
  guarded(() => storage.write(place.bucket, Key, body));
  return [{ Key, Size: body.length }];
}

function guarded(write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new StatesError('States.ResultWriterFailed', error instanceof Error ? error.message : String(error));
  }
}

/** COMPACT and FLATTEN keep only outputs; failed children keep their full record under any transformation. */
function succeededRows(
  children: readonly EndedChild[],
  place: ResultPlace,
  record: (child: EndedChild) => Json,
): Json[] {
  const transformation = place.config.Transformation ?? 'NONE';
  if (transformation === 'NONE') return children.map(record);
  const outputs = children.map(({ result }) => result.output ?? null);
  return transformation === 'COMPACT'
    ? outputs
    : outputs.flatMap((output) => (Array.isArray(output) ? output : [output]));
}

function childRecord(mapRun: MapRun, { start, result }: EndedChild, input: Json): JsonObject {
  const ok = result.status === 'SUCCEEDED';
  return {
    ...(ok ? {} : { Cause: result.cause ?? '', Error: result.error ?? '' }),
    ExecutionArn: childArn(mapRun, start.name),
    Input: JSON.stringify(input),
    InputDetails: { Included: true },
    Name: start.name,
    ...(ok ? { Output: JSON.stringify(result.output ?? null) } : {}),
    OutputDetails: { Included: ok },
    RedriveCount: 0,
    RedriveStatus: ok ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
    ...(ok ? { RedriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven' } : {}),
    StartDate: start.startedAt,
    StateMachineArn: childMachineArn(mapRun),
    Status: result.status,
    StopDate: result.stoppedAt,
  };
}

const pendingRecord = (input: Json): JsonObject => ({
  Input: JSON.stringify(input),
  InputDetails: { Included: true },
  Status: 'PENDING',
});
