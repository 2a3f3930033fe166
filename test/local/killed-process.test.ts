/** kill -9 at any moment, and the next process goes on. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { mostEnvironments } from '../../local/lambda/function-environments.ts';
import { type EmbeddedStack, startEmbeddedStack } from '../../local/embedded-stack.ts';
import { mailboxId, projectDir, realAssembly, temporaryDirectory, tsxLoader } from './support/real-template.ts';

const state = temporaryDirectory();
afterAll(() => state.remove());

const script = fileURLToPath(new URL('support/stack-process.ts', import.meta.url));
const kinds = ['plain', 'quiet', 'more', 'half', 'refused', 'empty', 'plain', 'long'];
const ids = kinds.map((kind, n) => mailboxId(kind, n));

/** Ends by itself or by SIGKILL; `output` is what it printed. */
async function runProcess(killAfterMs?: number): Promise<{ killed: boolean; output: string }> {
  const args = ['--import', tsxLoader, script, state.path, 'contoso/wave1.csv', ids.join('\n')];
  const child = spawn(process.execPath, args, { cwd: projectDir, stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`the process ended with ${code}`);
  return { killed: signal === 'SIGKILL', output };
}

/** How often each fixture handler was called, by what it counted. */
async function calls({ clientConfig, outputs }: EmbeddedStack): Promise<Map<string, number>> {
  const { region, credentials, endpoints } = clientConfig;
  const client = new DynamoDBClient({ region, credentials, endpoint: endpoints.dynamodb });
  const { Items = [] } = await client.send(new ScanCommand({ TableName: outputs['TableName'] }));
  client.destroy();
  return new Map(Items.map((item) => [item['sk']?.S ?? '', Number(item['calls']?.N)]));
}

describe('a process that is killed again and again', () => {
  const kills = 8;

  test('leaves one execution that ends as if nothing had happened', async () => {
    await realAssembly();
    const deaths: number[] = [];
    for (let n = 0; n < kills; n++) {
      // From before the lock is taken to after the report.
      const killAfterMs = 300 + Math.floor(Math.random() * 1_700);
      const { killed } = await runProcess(killAfterMs);
      if (killed) deaths.push(killAfterMs);
    }
    await runProcess();
    const stack = await startEmbeddedStack({ stateDir: state.path, assembly: await realAssembly() });
    try {
      expect(deaths.length).toBeGreaterThanOrEqual(3);
      expect(stack.executions()).toMatchObject([
        { status: 'SUCCEEDED', output: { verdict: 'incomplete', mailboxes: ids.length, incomplete: 2 } },
      ]);
      const counted = await calls(stack);
      const slices = ids
        .filter((id) => /^(plain|more)/.test(id))
        .flatMap((id) => ['0 0', '0 1', '1 0', '1 1'].map((slice) => `sync-slice ${id} ${slice}`));
      expect([...counted.keys()]).toEqual(expect.arrayContaining(slices));
      // Only what was in flight at a kill is done twice: as many environments of each function as there is room for.
      const twice = [...counted.values()].reduce((sum, n) => sum + n - 1, 0);
      expect({ deaths, twice: twice <= kills * mostEnvironments * 7 }).toEqual({ deaths, twice: true });
    } finally {
      await stack.close();
    }
  }, 60_000);
});
