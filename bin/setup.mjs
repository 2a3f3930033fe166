#!/usr/bin/env node
/**
 * Makes sure that Dovecot is here for tests and demo. Says one line when it does something or when something will be
 * skipped, nothing when all is well. Exits 1 only in CI, where a skip must not pass for a success.
 * `--peers`: also the other copying tools that `npm run bench` measures beside ours.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const binaries = ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot', '/opt/homebrew/sbin/dovecot'];
const policyFile = '/usr/sbin/policy-rc.d';
const installMinutes = 5;
/** Command and Debian package. */
const peers = { mbsync: 'isync', offlineimap: 'offlineimap3', imapcopy: 'imapcopy' };

/** `2.3.19.1`, or null without Dovecot. */
function dovecotVersion() {
  const binary = binaries.find((path) => existsSync(path));
  return binary === undefined ? null : (run(binary, ['--version']).stdout.split(' ')[0] ?? '').trim();
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: installMinutes * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return { ok: status === 0, stdout: stdout ?? '', stderr: stderr ?? '' };
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** Debian starts what it installs; a policy of 101 forbids that, so no system Dovecot takes port 143. */
function withoutServiceStart(install) {
  const kept = `${policyFile}.before-mailferry`;
  const finishFirst = () => {};
  // Ctrl-C must not leave the policy behind: with a listener the process lives on to the `finally`.
  process.on('SIGINT', finishFirst);
  if (existsSync(policyFile)) renameSync(policyFile, kept);
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n');
  chmodSync(policyFile, 0o755);
  try {
    return install();
  } finally {
    rmSync(policyFile, { force: true });
    if (existsSync(kept)) renameSync(kept, policyFile);
    process.off('SIGINT', finishFirst);
  }
}

/** Null when it worked, else the reason. */
function install(packages) {
  try {
    return aptInstall(packages);
  } catch (error) {
    return error instanceof Error ? error.message : 'apt-get could not be run';
  }
}

function aptInstall(packages) {
  const updated = run('apt-get', ['update']);
  const installed = withoutServiceStart(() =>
    run('apt-get', ['install', '-y', '--no-install-recommends', ...packages]),
  );
  if (installed.ok) return null;
  const names = packages.join(', ');
  return updated.ok ? `apt-get could not install ${names}` : 'apt-get update failed, is there a network?';
}

function reasonItIsMissing() {
  const version = dovecotVersion();
  if (version?.startsWith('2.3.')) return null;
  if (version !== null) return `Dovecot ${version} is installed, but only 2.3 is supported here`;
  if (!onPath('apt-get')) return 'Dovecot is not installed and this system has no apt-get';
  if (process.getuid?.() !== 0)
    return 'Dovecot is not installed and only root may install it (apt-get install dovecot-imapd)';
  console.log('setup: installing dovecot-imapd with apt-get (not started as a service) ...');
  const failure = install(['dovecot-imapd']);
  if (failure !== null) return `Dovecot is not installed: ${failure}`;
  return dovecotVersion()?.startsWith('2.3.') === true ? null : 'apt-get installed another Dovecot than 2.3';
}

/** Names of the suites that need Dovecot, read from the sources so that the list is never old. */
function skippedSuites() {
  const found = run('grep', ['-rlE', "describeWithDovecot\\('", join(import.meta.dirname, '..', 'test')]).stdout;
  return found
    .split('\n')
    .filter(Boolean)
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/describeWithDovecot\('([^']+)'/g)].map((m) => m[1]))
    .sort();
}

export function setup() {
  const reason = reasonItIsMissing();
  if (reason === null) return 0;
  const skipped = skippedSuites().map((name) => `"${name}"`);
  console.log(`setup: ${reason}. Skipped: ${skipped.join(', ')}. The demo uses hoodiecrow instead.`);
  return process.env.CI === 'true' ? 1 : 0;
}

/** A peer that cannot be had is no failure: the bench names it and goes on. */
export function setupPeers() {
  for (const [command, name] of Object.entries(peers)) {
    if (onPath(command)) continue;
    const may = onPath('apt-get') && process.getuid?.() === 0;
    if (may) console.log(`setup: installing ${name} with apt-get ...`);
    const failure = may ? install([name]) : `only root with apt-get may install ${name}`;
    if (failure !== null) console.log(`setup: ${command} is not here: ${failure}`);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = setup();
  if (process.argv.includes('--peers')) setupPeers();
}
