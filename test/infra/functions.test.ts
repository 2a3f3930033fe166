import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { steps, type Step } from '../../shared/contract/names.ts';
import { dependencyFile, pascalCase } from '../../infra/functions.ts';
import { ofType, one, readable, synthesize } from './stack.ts';

const template = synthesize();

const Properties = z.looseObject({
  MemorySize: z.number(),
  Timeout: z.number(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
  LoggingConfig: z.object({ LogFormat: z.string(), LogGroup: z.string() }),
  Role: z.string(),
});
const ofStep = (step: Step) =>
  Properties.parse(readable(one(template, 'AWS::Lambda::Function', `Functions${pascalCase(step)}`).Properties));

test('there is one function per step and none besides', () => {
  expect(ofType(template, 'AWS::Lambda::Function')).toHaveLength(steps.length);
});

test('are bundled also from an installed copy, to which npm gives no lock file', () => {
  const root = mkdtempSync(join(tmpdir(), 'mailferry-installed-'));
  try {
    expect(dependencyFile(root)).toBe(join(root, 'package.json'));
    writeFileSync(join(root, 'package-lock.json'), '{}');
    expect(dependencyFile(root)).toBe(join(root, 'package-lock.json'));
  } finally {
    rmSync(root, { recursive: true });
  }
});

describe.each(steps)('%s', (step) => {
  const properties = ofStep(step);
  const name = pascalCase(step);

  test('runs on arm64 and Node 24, traced', () => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      TracingConfig: { Mode: 'Active' },
    });
  });

  test('has a role of its own without managed policies', () => {
    expect(properties.Role).toBe(`<Functions${name}Role.Arn>`);
    const role = one(template, 'AWS::IAM::Role', `Functions${name}Role`);
    expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  test('logs JSON to a group of its own that forgets after three months', () => {
    expect(properties.LoggingConfig).toEqual({ LogFormat: 'JSON', LogGroup: `<Functions${name}Logs>` });
    expect(one(template, 'AWS::Logs::LogGroup', `Functions${name}Logs`).Properties).toMatchObject({
      RetentionInDays: 90,
    });
  });

  test('reserves no concurrency: a new account has 10 in all', () => {
    expect(properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  test('knows table and buckets by environment', () => {
    expect(properties.Environment.Variables).toMatchObject({
      TABLE_NAME: '<StorageTable>',
      INTAKE_BUCKET: '<StorageIntake>',
      DATA_BUCKET: '<StorageData>',
    });
  });
});

test('only the functions that encrypt or decrypt know the key, by ARN', () => {
  const knowing = steps.filter((step) => 'CREDENTIAL_KEY_ID' in ofStep(step).Environment.Variables);
  expect(knowing).toEqual(['plan-batch', 'plan-mailbox', 'sync-slice', 'settle-mailbox']);
  for (const step of knowing)
    expect(ofStep(step).Environment.Variables['CREDENTIAL_KEY_ID']).toBe('<StorageCredentialKey.Arn>');
});

test('only StartPass knows the state machine: for a task of it that would be a circle', () => {
  const knowing = steps.filter((step) => 'STATE_MACHINE_ARN' in ofStep(step).Environment.Variables);
  expect(knowing).toEqual(['start-pass']);
});

test('whoever holds whole messages has 2 GB and all the time there is', () => {
  for (const step of ['plan-mailbox', 'sync-slice', 'settle-mailbox'] as const)
    expect(ofStep(step)).toMatchObject({ MemorySize: 2048, Timeout: 900 });
});
