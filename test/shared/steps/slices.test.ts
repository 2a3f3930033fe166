/** How a slice of a copying pass ends: when its time does, when nothing moves, when a server says stop (faults F40, F42, F44, F46). */
import { describe, expect, test } from '@jest/globals';
import { MigrationError } from '../../../shared/errors.ts';
import type { Ports } from '../../../shared/ports/ports.ts';
import { planMailbox } from '../../../shared/steps/plan-mailbox.ts';
import { sealLogins } from '../../../shared/steps/logins.ts';
import { settleMailbox } from '../../../shared/steps/settle-mailbox.ts';
import { syncSlice } from '../../../shared/steps/sync-slice.ts';
import { batch, contents, createWorld, key, mailboxId, runPass, type World } from '../../support/world.ts';

const plenty = { remainingMs: () => 600_000 };
const request = { batch, mailboxId, passId: 'initial', pass: 'initial' } as const;
const second = { passId: 'second', pass: 'incremental' } as const;
const slice = { ...request, chunk: 0, loop: 0, observed: null };
const record = (world: World) => world.ports.mailboxes.read(batch, mailboxId);

/** Folders of three messages each, planned. */
async function planned(folders = ['INBOX', 'Sent']): Promise<World> {
  const world = await createWorld();
  for (const folder of folders) {
    world.source.addFolder(folder);
    for (const n of [1, 2, 3])
      world.source.store(folder, { octets: `Subject: ${folder} ${n}\r\n\r\n`, internalDate: date(n) });
  }
  await planMailbox(world.ports, request, plenty);
  return world;
}
const date = (day: number): string => `0${day}-Mar-2026 10:00:00 +0000`;

async function progress(world: World) {
  const [chunk] = await world.ports.chunks.list(key);
  return { committed: chunk?.committed, owner: chunk?.owner, open: chunk?.open };
}

test('a slice opens no window when its time is nearly over, and the next one goes on (F40)', async () => {
  const world = await planned();
  let looks = 1;
  const short = { remainingMs: () => (looks-- > 0 ? 600_000 : 29_000) };
  expect(await syncSlice(world.ports, slice, { id: 'one', deadline: short })).toMatchObject({ status: 'more' });
  expect(await progress(world)).toEqual({ committed: 3, owner: null, open: null });
  expect(await syncSlice(world.ports, slice, { id: 'two', deadline: plenty })).toMatchObject({ status: 'done' });
  expect(contents(world.target)).toEqual(contents(world.source));
});

test('three slices that commit nothing are stuck, with folder and UID; the next pass goes on (F40)', async () => {
  const world = await planned();
  world.source.onCommand = (command) => {
    if (command.startsWith('FETCH BODY')) throw new MigrationError('CONNECTION_LOST', 'The connection broke.');
  };
  for (const id of ['one', 'two', 'three']) {
    expect(await syncSlice(world.ports, slice, { id, deadline: plenty })).toMatchObject({ status: 'wait' });
    world.advance(60);
  }
  await expect(syncSlice(world.ports, slice, { id: 'four', deadline: plenty })).rejects.toMatchObject({
    code: 'STUCK',
    message: 'No progress in 3 slices at folder "INBOX", UID 3.',
  });
  expect(await runPass(world, request)).toMatchObject({ verdict: 'incomplete' });
  expect(await record(world)).toMatchObject({ failure: { code: 'STUCK' } });
  world.source.onCommand = () => {};
  expect(await runPass(world, second)).toMatchObject({ verdict: 'complete' });
  expect(contents(world.target)).toEqual(contents(world.source));
});

test('a pause that the server names is kept by the workflow, and is no lack of progress however often (F42)', async () => {
  const world = await planned();
  let pauses = 5;
  world.source.onCommand = (command) => {
    if (!command.startsWith('FETCH BODY') || pauses-- <= 0) return;
    throw new MigrationError('THROTTLED', 'The server asked for a pause.', { retryAfterSeconds: 300 });
  };
  for (let n = 1; n <= 5; n++) {
    const result = await syncSlice(world.ports, slice, { id: `slice-${n}`, deadline: plenty });
    expect(result).toMatchObject({ status: 'wait', waitSeconds: 300, reason: 'THROTTLED' });
    world.advance(300);
  }
  expect(await syncSlice(world.ports, slice, { id: 'last', deadline: plenty })).toMatchObject({ status: 'done' });
  expect(contents(world.target)).toEqual(contents(world.source));
});

test('a refused login is one attempt on each side in the whole pass, and the mailbox says so (F44)', async () => {
  const world = await createWorld();
  const logins = { source: { user: 'ada', password: 'wrong' }, target: { user: 'ada@new', password: 'secret' } };
  await sealLogins(world.ports, key, logins);
  const attempts: string[] = [];
  const servers = Object.create(world.ports.servers) as Ports['servers'];
  servers.openSource = (endpoint, login) => {
    attempts.push(login.user);
    return world.ports.servers.openSource(endpoint, login);
  };
  servers.openTarget = (endpoint, login) => {
    attempts.push(login.user);
    return world.ports.servers.openTarget(endpoint, login);
  };
  const ports = { ...world.ports, servers };
  await expect(planMailbox(ports, request, plenty)).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
  const failure = { error: 'LOGIN_REFUSED', cause: '' };
  await settleMailbox(ports, { ...request, failure, failedChunks: [] });
  expect(await record(world)).toMatchObject({ verdict: 'incomplete', failure: { code: 'LOGIN_REFUSED' } });
  expect(attempts.sort()).toEqual(['ada', 'ada@new']);
});

describe('a target without room (F46)', () => {
  /** Takes so many messages, and refuses all others for want of room. */
  function withRoom(world: World, messages: number): Ports {
    const servers = Object.create(world.ports.servers) as Ports['servers'];
    let room = messages;
    servers.openTarget = async (endpoint, login) => {
      const target = await world.ports.servers.openTarget(endpoint, login);
      const append = target.append.bind(target);
      target.append = async (message) =>
        room-- > 0 ? append(message) : { answer: Promise.resolve({ kind: 'refused', code: 'TARGET_FULL' }) };
      return target;
    };
    return { ...world.ports, servers };
  }

  test('leaves the mailbox incomplete by name, and the next pass goes on where it stood', async () => {
    const world = await planned(['INBOX']);
    expect(await runPass(world, request, withRoom(world, 2))).toMatchObject({ verdict: 'incomplete' });
    expect(await record(world)).toMatchObject({ failure: { code: 'TARGET_FULL' } });
    expect(world.target.folder('INBOX').messages).toHaveLength(2);
    expect(await runPass(world, second)).toMatchObject({ verdict: 'complete' });
    expect(contents(world.target)).toEqual(contents(world.source));
  });
});
