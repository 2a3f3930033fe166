import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Json, parseJson } from '../json.ts';
import { RecordLog } from '../record-log.ts';
import { createWholeFile } from '../whole-file.ts';
import { type ExecutionEnd, ExecutionRecord } from './execution-record.ts';

/** Closed executions are kept, and their names taken, for 90 days (service-quotas). */
const keptMs = 90 * 86_400_000;

/** All executions that AWS would still know. A later row of the same ARN replaces an earlier one. */
export class ExecutionRegister {
  readonly #directory: string;
  readonly #log: RecordLog<ExecutionRecord>;
  readonly #records = new Map<string, ExecutionRecord>();

  constructor(directory: string, nowMs: number) {
    this.#directory = directory;
    mkdirSync(join(directory, 'definitions'), { recursive: true, mode: 0o700 });
    mkdirSync(join(directory, 'steps'), { recursive: true, mode: 0o700 });
    const { log, rows } = RecordLog.open(join(directory, 'register.jsonl'), (line) => ExecutionRecord.parse(line));
    this.#log = log;
    for (const row of rows) this.#records.set(row.arn, row);
    for (const { arn, stoppedAt } of this.#records.values())
      if (stoppedAt !== undefined && Date.parse(stoppedAt) < nowMs - keptMs) this.#records.delete(arn);
    if (rows.length > this.#records.size) log.rewrite(this.all());
  }

  all(): ExecutionRecord[] {
    return [...this.#records.values()];
  }

  get(arn: string): ExecutionRecord | undefined {
    return this.#records.get(arn);
  }

  start(record: ExecutionRecord): void {
    this.#put(record);
  }

  end(arn: string, end: ExecutionEnd): void {
    const record = this.#records.get(arn);
    if (record !== undefined) this.#put({ ...record, ...end });
  }

  saveDefinition(definition: Json): string {
    const text = JSON.stringify(definition);
    const hash = createHash('sha256').update(text).digest('hex');
    const path = this.#definitionPath(hash);
    if (!existsSync(path)) createWholeFile(path, text);
    return hash;
  }

  loadDefinition(hash: string): Json {
    return parseJson(readFileSync(this.#definitionPath(hash), 'utf8'));
  }

  /** Readable, but safe for every file system: names may hold anything up to 80 characters. */
  stepsPath({ arn, name }: ExecutionRecord): string {
    const readable = name.replaceAll(/[^A-Za-z0-9._-]/g, '_');
    const hash = createHash('sha256').update(arn).digest('hex').slice(0, 12);
    return join(this.#directory, 'steps', `${readable}-${hash}.jsonl`);
  }

  close(): void {
    this.#log.close();
  }

  #put(record: ExecutionRecord): void {
    this.#log.append(record);
    this.#records.set(record.arn, record);
  }

  #definitionPath(hash: string): string {
    return join(this.#directory, 'definitions', `${hash}.json`);
  }
}
