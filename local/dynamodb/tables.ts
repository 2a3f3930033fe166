import * as z from 'zod';
import { setTimeout as delay } from 'node:timers/promises';
import type { TableModel } from '../template/storage.ts';
import { callJson, type DynamoEngine, DynamoError } from './engine.ts';

const Described = z.object({ Table: z.object({ TableStatus: z.string() }) });

/** Creates the template's tables; one that exists is kept with its items. */
export async function createTables(engine: DynamoEngine, tables: readonly TableModel[]): Promise<void> {
  for (const { definition } of tables)
    await callJson(engine, 'CreateTable', definition).catch((error: unknown) => {
      if (!(error instanceof DynamoError) || error.type !== 'ResourceInUseException') throw error;
    });
  for (const { name } of tables) await untilActive(engine, name);
}

async function untilActive(engine: DynamoEngine, name: string): Promise<void> {
  for (;;) {
    const { Table } = Described.parse(await callJson(engine, 'DescribeTable', { TableName: name }));
    if (Table.TableStatus === 'ACTIVE') return;
    await delay(2);
  }
}
