import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** All that the synthesized template and its bundles are made from. */
const sources = ['infra', 'functions', 'shared', 'package.json', 'package-lock.json', 'tsconfig.json', 'cdk.json'];

export async function hashSources(projectDir: string): Promise<string> {
  const paths = (await Promise.all(sources.map((source) => filesOf(projectDir, source)))).flat().sort();
  const contents = await Promise.all(paths.map((path) => readFile(join(projectDir, path))));
  const hash = createHash('sha256');
  paths.forEach((path, index) => {
    const content = contents[index] ?? Buffer.alloc(0);
    hash.update(`${path}\0${content.length}\0`).update(content);
  });
  return hash.digest('hex');
}

async function filesOf(projectDir: string, path: string): Promise<string[]> {
  const entries = await readdir(join(projectDir, path), { withFileTypes: true, recursive: true }).catch(
    ignoreNoDirectory,
  );
  if (entries === undefined) return [];
  if (entries === 'file') return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(projectDir, join(entry.parentPath, entry.name)));
}

function ignoreNoDirectory(error: NodeJS.ErrnoException): 'file' | undefined {
  if (error.code === 'ENOTDIR') return 'file';
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
