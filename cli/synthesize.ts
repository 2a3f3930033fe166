/** Synthesis in a process of its own: it takes half a gigabyte, and what CDK and bundler say is for developers. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export function synthesizer(projectDir: string): (outdir: string) => Promise<void> {
  return async (outdir) => {
    const script = join(projectDir, 'infra', 'synthesize.ts');
    await execute(process.execPath, ['--import', import.meta.resolve('tsx'), script, outdir], {
      cwd: projectDir,
      maxBuffer: 16 * 1024 * 1024,
    });
  };
}
