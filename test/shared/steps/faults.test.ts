/** Faults of docs/faults.md that a mailbox meets between and during passes, told through the servers on both sides. */
import { describe, expect, test } from '@jest/globals';
import { memoryPorts } from '../../../shared/adapters/memory/index.ts';
import type { MailAccount } from '../../../shared/adapters/memory/mail/index.ts';
import { MailboxSummary } from '../../../shared/contract/items.ts';
import { ledgerKeys } from '../../../shared/contract/keys.ts';
import type { PassKind } from '../../../shared/contract/names.ts';
import type { MailServers } from '../../../shared/ports/mail.ts';
import type { Ports } from '../../../shared/ports/ports.ts';
import { planMailbox } from '../../../shared/steps/plan-mailbox.ts';
import { fillSample } from '../../support/sample-mailbox.ts';
import { batch, contents, createWorld, key, mailboxId, runPass, type World } from '../../support/world.ts';

let passes = 0;
const pass = (kind: PassKind): { passId: string; pass: PassKind } => ({ passId: `pass-${++passes}`, pass: kind });
const record = (world: World) => world.ports.mailboxes.read(key.batch, key.mailboxId);
const sent = (account: MailAccount, command: string): string[] => account.commands.filter((c) => c.startsWith(command));
const texts = (account: MailAccount, path: string): string[] =>
  (account.folders.get(path)?.messages ?? []).map((m) => Buffer.from(m.octets).toString()).sort();
const day = (n: number): string => `${String(n).padStart(2, '0')}-Jan-2026 00:00:00 +0000`;

async function migrated(uidPlus = true): Promise<World> {
  const world = await createWorld({ target: { uidPlus } });
  fillSample(world.source);
  expect((await runPass(world, pass('initial'))).verdict).toBe('complete');
  world.source.commands.length = 0;
  world.target.commands.length = 0;
  return world;
}

async function folderNotes(world: World): Promise<string[]> {
  const summary = await world.ports.data.readJson(ledgerKeys.summary(batch, mailboxId), (v) => MailboxSummary.parse(v));
  return (summary?.folders ?? []).filter((f) => f.gone).map((f) => `${f.sourcePath} -> ${f.targetPath}`);
}

/** What the servers got to do that changes anything. */
const writes = (account: MailAccount): string[] =>
  account.commands.filter((c) => !/^(LIST|NAMESPACE|STATUS|EXAMINE|SELECT|FETCH)/.test(c));

describe('F16: a message that is expunged at the source after it was copied', () => {
  test.each<PassKind>(['incremental', 'final'])('keeps its copy through an %s pass', async (kind) => {
    const world = await migrated();
    const before = contents(world.target);
    for (const { uid } of [...world.source.folder('INBOX').messages].slice(0, 5)) world.source.remove('INBOX', uid);
    expect((await runPass(world, pass(kind))).verdict).toBe('complete');
    expect(contents(world.target)).toEqual(before);
    expect(writes(world.target)).toEqual([]);
    expect((await record(world))?.counts).toMatchObject({ source: 23, copied: 23 });
  });
});

describe('F17: a copy that the user deleted or moved at the target', () => {
  test.each([true, false])('never comes back (UIDPLUS: %s)', async (uidPlus) => {
    const world = await migrated(uidPlus);
    const { target, source } = world;
    const inbox = target.folder('INBOX').messages;
    const [deleted, moved] = [inbox[0], inbox[1]];
    if (!deleted || !moved) throw new Error('nothing was copied');
    target.addFolder('Mine');
    target.store('Mine', moved);
    for (const { uid } of [deleted, moved]) target.remove('INBOX', uid);
    const before = contents(target);
    for (let n = 1; n <= 3; n++) {
      source.store('INBOX', { octets: `new ${n}`, internalDate: day(n) });
      expect((await runPass(world, pass('incremental'))).verdict).toBe('complete');
    }
    expect(sent(target, 'APPEND')).toHaveLength(3);
    expect(contents(target).filter((line) => !before.includes(line))).toHaveLength(3);
    expect(before.filter((line) => !contents(target).includes(line))).toEqual([]);
    if (uidPlus) expect(await record(world)).toMatchObject({ removedAtTarget: 2 });
  });
});

describe('F18: mail that arrives at the target by other ways', () => {
  test('is untouched, and stays what it is through later passes', async () => {
    const world = await migrated();
    const foreign = { octets: 'from elsewhere', internalDate: day(9), flags: ['\\Flagged'] };
    world.target.store('INBOX', foreign);
    world.source.store('INBOX', { octets: 'new', internalDate: day(10) });
    await runPass(world, pass('incremental'));
    const kept = world.target
      .folder('INBOX')
      .messages.filter((m) => Buffer.from(m.octets).toString() === foreign.octets);
    expect(kept).toMatchObject([{ internalDate: foreign.internalDate, flags: foreign.flags }]);
  });

  test('is not taken for a copy of ours though its octets are equal, when its date is another', async () => {
    const world = await createWorld();
    world.source.store('INBOX', { octets: 'same', internalDate: day(1) });
    breakAfter(world.ports.servers, () => world.target.store('INBOX', { octets: 'same', internalDate: day(2) }));
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete');
    expect(
      world.target
        .folder('INBOX')
        .messages.map((m) => m.internalDate)
        .sort(),
    ).toEqual([day(1), day(2)]);
  });
});

/** The first APPEND is lost with its connection before it is stored; meanwhile something else happens at the target. */
function breakAfter(servers: MailServers, meanwhile: () => void): void {
  const openTarget = servers.openTarget.bind(servers);
  let broken = false;
  servers.openTarget = async (...login) => {
    const session = await openTarget(...login);
    const append = session.append.bind(session);
    session.append = async (message) => {
      if (broken) return append(message);
      broken = true;
      for await (const part of message.octets) void part;
      meanwhile();
      return { answer: Promise.resolve({ kind: 'lost' }) };
    };
    return session;
  };
}

/** The plan is made; then something happens at the source, and only then its chunks run. */
async function duringCopy(world: World, happens: () => void): Promise<string> {
  const request = pass('initial');
  const planned = await planMailbox(world.ports, { batch, mailboxId, ...request }, { remainingMs: () => 600_000 });
  expect(planned.status).toBe('planned');
  happens();
  return (await runPass(world, request)).verdict;
}

function rename(account: MailAccount, from: string, to: string): void {
  const folder = account.folder(from);
  account.folders.delete(from);
  folder.path = to;
  account.folders.set(to, folder);
}

describe('F23: a folder that is renamed', () => {
  test('while it is copied: each message arrives once, under the new name, by the next pass', async () => {
    const world = await createWorld();
    fillSample(world.source);
    expect(await duringCopy(world, () => rename(world.source, 'Sent', 'Posted'))).toBe('complete');
    expect(texts(world.target, 'Sent')).toEqual([]);
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete');
    expect(texts(world.target, 'Posted')).toEqual(texts(world.source, 'Posted'));
    expect(await folderNotes(world)).toEqual(['Sent -> Sent']);
  });

  test('after it was copied: is a new folder, the old one is reported as gone and its copies stay', async () => {
    const world = await migrated();
    const before = texts(world.target, 'Sent');
    rename(world.source, 'Sent', 'Posted');
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete');
    expect(texts(world.target, 'Posted')).toEqual(texts(world.source, 'Posted'));
    expect(texts(world.target, 'Sent')).toEqual(before);
    expect(await folderNotes(world)).toEqual(['Sent -> Sent']);
    expect((await record(world))?.counts).toMatchObject({ source: 28, copied: 28 });
  });
});

describe('F24: a folder that is deleted', () => {
  test('while it is copied: its rows are gone, the others are complete', async () => {
    const world = await createWorld();
    fillSample(world.source);
    expect(await duringCopy(world, () => void world.source.folders.delete('Sent'))).toBe('complete');
    expect(texts(world.target, 'INBOX')).toEqual(texts(world.source, 'INBOX'));
    expect((await record(world))?.counts).toMatchObject({ source: 28, copied: 21, gone: 7 });
  });

  test('is not taken for deleted when the source only refuses to open it: its rows are named, and tried again', async () => {
    const world = await createWorld();
    fillSample(world.source);
    const sentFolder = world.source.folder('Sent');
    const refused = await duringCopy(world, () => (sentFolder.attributes = ['\\noselect']));
    expect(refused).toBe('complete with skips');
    expect((await record(world))?.counts).toMatchObject({ source: 28, copied: 21, skipped: 7, gone: 0 });
    sentFolder.attributes = [];
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete');
    expect(contents(world.target)).toEqual(contents(world.source));
  });

  test('after it was copied: its copies stay, and the report says that it is gone', async () => {
    const world = await migrated();
    const before = contents(world.target);
    world.source.folders.delete('Sent');
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete');
    expect(contents(world.target)).toEqual(before);
    world.source.store('INBOX', { octets: 'new', internalDate: day(3) });
    await runPass(world, pass('incremental'));
    expect(await folderNotes(world)).toEqual(['Sent -> Sent']);
    expect((await record(world))?.counts).toMatchObject({ source: 22, copied: 22 });
  });
});

describe('F34: equal messages in chunks that run at once', () => {
  /** Every connection breaks once, with its answers: what was sent by then is stored and nobody knows. */
  function breakEach(world: World, atAppend: number): void {
    const { servers } = world.ports;
    const openTarget = servers.openTarget.bind(servers);
    let sessions = 0;
    servers.openTarget = async (...login) => {
      const session = await openTarget(...login);
      if (++sessions > 6) return session;
      const append = session.append.bind(session);
      let count = 0;
      session.append = async (message) => {
        const { answer } = await append(message);
        await answer;
        return ++count < atAppend ? { answer } : { answer: Promise.resolve({ kind: 'lost' }) };
      };
      return session;
    };
  }

  test.each([
    ['with UIDPLUS', true],
    ['without UIDPLUS', false],
  ])('are counted as a multiset: no chunk adopts a copy of another, %s', async (_, uidPlus) => {
    const endpoint = { host: 'mail.example', port: 993, tls: 'implicit', auth: 'password' } as const;
    const side = { ...endpoint, connections: { perMailbox: 4 } };
    const world = await createWorld({
      target: { uidPlus, multiAppend: true },
      chunksAtOnce: true,
      settings: { source: side, target: side },
    });
    // One text at 60 instants, twenty times each: all chunks hold nothing but equal octets.
    for (let n = 0; n < 1_200; n++)
      world.source.store('INBOX', {
        octets: 'the same',
        internalDate: `${day(1 + (n % 28)).slice(0, 12)}0${n % 3}:00:00 +0000`,
      });
    breakEach(world, 40);
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete');
    expect(contents(world.target)).toEqual(contents(world.source));
    expect(await record(world)).toMatchObject({ surplus: 0, counts: { source: 1_200, copied: 1_200 } });
  });
});

describe('F35: records that were lost', () => {
  /** The table is empty: only what PlanBatch writes for an uploaded row is there again. The data bucket is as it was. */
  async function wipe(world: World): Promise<void> {
    const { batches, mailboxes, folders, chunks, credentials } = memoryPorts();
    const stored = { batch: await world.ports.batches.read(batch), login: await world.ports.credentials.get(key) };
    const fresh = await (await createWorld()).ports.mailboxes.read(batch, mailboxId);
    if (!stored.batch || !stored.login || !fresh) throw new Error('there was nothing to lose');
    await batches.put(stored.batch);
    await mailboxes.put(batch, fresh);
    await credentials.put(key, stored.login);
    Object.assign<Ports, Partial<Ports>>(world.ports, { batches, mailboxes, folders, chunks, credentials });
  }

  test('the whole table: the next pass matches by content, and copies nothing twice', async () => {
    const world = await migrated();
    const before = contents(world.target);
    await wipe(world);
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete');
    expect(sent(world.target, 'APPEND')).toEqual([]);
    expect(contents(world.target)).toEqual(before);
    expect((await record(world))?.counts).toMatchObject({ source: 28, present: 28 });
  });

  test('in the middle of a pass: what was copied by then is found, the rest is copied', async () => {
    const world = await createWorld();
    fillSample(world.source);
    const request = pass('initial');
    let appended = 0;
    const store = world.target.store.bind(world.target);
    const lost = new Promise<void>((resolve) => {
      world.target.store = (path, message) => {
        if (++appended === 10) resolve(wipe(world));
        return store(path, message);
      };
    });
    // The pass that lost its records ends as it can; nothing but the servers is believed afterwards.
    await runPass(world, request).catch(() => undefined);
    await lost;
    expect((await runPass(world, pass('initial'))).verdict).toBe('complete');
    expect(contents(world.target)).toEqual(contents(world.source));
  });

  test('the record of a folder only: it is matched by content', async () => {
    const world = await migrated();
    const [inbox, ...others] = (await world.ports.folders.list(key)).sort((a, b) =>
      a.sourcePath < b.sourcePath ? -1 : 1,
    );
    expect(inbox?.sourcePath).toBe('Empty');
    const { folders } = memoryPorts();
    for (const other of others.filter(({ sourcePath }) => sourcePath !== 'INBOX')) await folders.put(key, other);
    Object.assign<Ports, Partial<Ports>>(world.ports, { folders });
    world.source.store('Sent', { octets: 'new', internalDate: day(3) });
    expect((await runPass(world, pass('incremental'))).verdict).toBe('complete');
    expect(sent(world.target, 'APPEND')).toHaveLength(1);
    expect(contents(world.target)).toEqual(contents(world.source));
  });
});
