import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hashSources } from './assembly-hash.ts';
import { parseJson } from './json.ts';
import { AssetManifest, RawTemplate } from './template/raw-template.ts';

/** The cloud assembly: what `cdk deploy` would ship. */
export interface Assembly {
  directory: string;
  stackName: string;
  template: RawTemplate;
  assets: AssetManifest;
}

export interface AssemblyOptions {
  projectDir: string;
  cacheDir: string;
  /** Writes the assembly into a directory. Default: the project's own `infra/build-app.ts`, bundling included. */
  synthesize?: (outdir: string) => Promise<void>;
}

const keptAssemblies = 3;
const workPrefix = 'work-';
const abandonedMs = 3_600_000;
const templateSuffix = '.template.json';

/**
 * Synthesis with bundling takes seconds and half a gigabyte, so its result is kept under the hash of its inputs.
 * On a hit nothing of CDK is imported.
 */
export async function loadAssembly(options: AssemblyOptions): Promise<Assembly> {
  const directory = join(options.cacheDir, await hashSources(options.projectDir));
  if (!existsSync(directory)) {
    await synthesizeInto(directory, options);
    await dropOldest(options.cacheDir);
    await dropAbandoned(options.cacheDir);
  } else {
    const now = new Date();
    await utimes(directory, now, now);
  }
  return readAssembly(directory);
}

export async function readAssembly(directory: string): Promise<Assembly> {
  const templates = (await readdir(directory)).filter((name) => name.endsWith(templateSuffix));
  const [file, ...others] = templates;
  if (file === undefined || others.length > 0)
    throw new Error(`expected one stack in ${directory}, found ${templates.join(', ') || 'none'}`);
  const stackName = file.slice(0, -templateSuffix.length);
  const read = async (name: string) => parseJson(await readFile(join(directory, name), 'utf8'));
  return {
    directory,
    stackName,
    template: RawTemplate.parse(await read(file)),
    assets: AssetManifest.parse(await read(`${stackName}.assets.json`)),
  };
}

/** Two processes may both miss: each works in its own directory, and the first rename wins. */
async function synthesizeInto(directory: string, options: AssemblyOptions): Promise<void> {
  await mkdir(options.cacheDir, { recursive: true });
  const work = join(options.cacheDir, `${workPrefix}${randomUUID()}`);
  try {
    await (options.synthesize ?? projectSynthesizer(options.projectDir))(work);
    await rename(work, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface BuildApp {
  buildApp(options: { outdir: string }): { synth(): unknown };
}

function projectSynthesizer(projectDir: string) {
  return async (outdir: string): Promise<void> => {
    const infra: BuildApp = await import(pathToFileURL(join(projectDir, 'infra', 'build-app.ts')).href);
    infra.buildApp({ outdir }).synth();
  };
}

async function dropOldest(cacheDir: string): Promise<void> {
  const names = await readdir(cacheDir);
  const dated = await Promise.all(
    names
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .map(async (name) => ({ path: join(cacheDir, name), usedMs: (await stat(join(cacheDir, name))).mtimeMs })),
  );
  const old = dated.sort((a, b) => b.usedMs - a.usedMs).slice(keptAssemblies);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}

/** What a killed synthesis left behind; one that is at work is done in seconds. */
async function dropAbandoned(cacheDir: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => name.startsWith(workPrefix));
  for (const path of names.map((name) => join(cacheDir, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}
