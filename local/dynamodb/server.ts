import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../aws-json.ts';
import { type Listening, listen, readBody } from '../http-server.ts';
import { parseJson } from '../json.ts';
import type { TableModel } from '../template/storage.ts';
import { openDynalite } from './engine.ts';
import { DynamoFront } from './front.ts';
import { createTables } from './tables.ts';

export interface DynamoServerOptions {
  path: string;
  tables: readonly TableModel[];
  authorize: (call: {
    authorization: string | undefined;
    action: string;
    tables: string[];
    index: string | undefined;
  }) => void;
}

const Named = z.object({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  RequestItems: z.record(z.string(), z.unknown()).optional(),
});

export async function startDynamoServer({ path, tables, authorize }: DynamoServerOptions): Promise<Listening> {
  const engine = await openDynalite(path);
  await createTables(engine, tables);
  const front = new DynamoFront(engine, tables);
  const server = await listen(async (request, response) => {
    const send = (status: number, body: string): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() });
      response.end(body);
    };
    try {
      const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
      const input = (await readBody(request)).toString();
      const { TableName, IndexName, RequestItems } = Named.catch({}).parse(parseJson(input || '{}'));
      authorize({
        authorization: request.headers.authorization,
        action: `dynamodb:${operation}`,
        tables: TableName === undefined ? Object.keys(RequestItems ?? {}) : [TableName],
        index: IndexName,
      });
      const answer = await front.call(operation, input);
      send(answer.status, answer.body);
    } catch (error) {
      const failure = error instanceof AwsError ? error : new AwsError('InternalServerError', String(error), 500);
      send(failure.status, JSON.stringify({ __type: failure.type, message: failure.message }));
    }
  });
  return {
    endpoint: server.endpoint,
    close: async () => {
      await server.close();
      await engine.close();
    },
  };
}
