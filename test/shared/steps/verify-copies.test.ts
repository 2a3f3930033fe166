/** A verify pass where it is harder: copies without a known UID, little time, unfinished passes, rewriting targets. */
import { describe, expect, test } from '@jest/globals';
import { SourceUid } from '../../../shared/contract/ids.ts';
import { confidenceOf } from '../../../shared/core/report/confidence.ts';
import { planMailbox } from '../../../shared/steps/plan-mailbox.ts';
import { settleMailbox } from '../../../shared/steps/settle-mailbox.ts';
import { syncSlice } from '../../../shared/steps/sync-slice.ts';
import { batch, contents, createWorld, key, mailboxId, runPass, type World } from '../../support/world.ts';
import { fillSample } from '../../support/sample-mailbox.ts';
import { copyOf, migrated, verified, verifyPass } from '../../support/verify.ts';

describe.each<[string, (world: World) => void, boolean]>([
  ['without UIDPLUS', () => undefined, false],
  ['after the target renumbered its folders', (world) => world.target.renumber('INBOX', 900), true],
])('copies whose UID is not known (%s)', (_, unname, uidPlus) => {
  const ready = async (): Promise<World> => {
    const world = await migrated({ uidPlus });
    unname(world);
    return world;
  };
  const first = (world: World) => copyOf(world, 3);

  test('are found by content, twins as often as they are there', async () => {
    const { verdict, findings } = await verified(await ready());
    expect({ verdict, findings }).toEqual({ verdict: 'complete', findings: { equal: 28 } });
  });

  test('are missed when one was expunged', async () => {
    const world = await ready();
    world.target.remove('INBOX', first(world).uid);
    const { verdict, findings, items } = await verified(world);
    expect({ verdict, findings }).toEqual({ verdict: 'complete', findings: { equal: 27, removed: 1 } });
    expect(items).toMatchObject([{ uid: 3, finding: 'removed' }]);
  });

  test('are told when the copy of that instant has other octets: a removal would be called complete', async () => {
    const world = await ready();
    const { uid, internalDate } = first(world);
    world.target.remove('INBOX', uid);
    world.target.store('INBOX', { octets: 'altered', internalDate });
    const { verdict, findings } = await verified(world);
    expect({ verdict, findings }).toEqual({ verdict: 'incomplete', findings: { equal: 27, 'other-octets': 1 } });
  });

  test('of one instant are not taken for those of another', async () => {
    const world = await ready();
    const twin = world.target.folder('INBOX').messages.find((m) => m.internalDate.startsWith('21-Mar'));
    world.target.remove('INBOX', twin?.uid ?? 0);
    expect((await verified(world)).findings).toEqual({ equal: 27, removed: 1 });
  });
});

describe('the time of a slice', () => {
  const request = () => ({ batch, mailboxId, ...verifyPass() });
  const plenty = { remainingMs: () => 600_000 };

  test('ends 30 s before that of its Lambda, and the next slice goes on', async () => {
    const world = await migrated();
    const pass = request();
    await planMailbox(world.ports, pass, plenty);
    // Looked at before each window and after each message: time for INBOX (16 messages), not for the next folder.
    let left = 34;
    const short = { remainingMs: () => (left-- > 0 ? 600_000 : 29_000) };
    const slice = { ...pass, chunk: 0, loop: 0, observed: null };
    expect(await syncSlice(world.ports, slice, { id: 'one', deadline: short })).toMatchObject({ status: 'more' });
    const [chunk] = (await world.ports.chunks.list(key)).filter(({ chunkId }) => chunkId.startsWith('0002'));
    expect(chunk).toMatchObject({ owner: null, done: false });
    expect(chunk?.committed).toBeGreaterThan(0);
    expect(await syncSlice(world.ports, slice, { id: 'two', deadline: plenty })).toMatchObject({ status: 'done' });
    await settleMailbox(world.ports, { ...pass, failure: null, failedChunks: [] });
    const record = await world.ports.mailboxes.read(batch, mailboxId);
    expect(record).toMatchObject({ verdict: 'complete', verified: { findings: { equal: 28 }, foldersLeft: 0 } });
  });

  test('that never is enough for one window is called stuck after three slices, and the pass incomplete', async () => {
    const world = await migrated();
    const pass = request();
    await planMailbox(world.ports, pass, plenty);
    const never = { remainingMs: () => 29_000 };
    for (const id of ['one', 'two', 'three']) {
      const slice = { ...pass, chunk: 0, loop: 0, observed: null };
      expect(await syncSlice(world.ports, slice, { id, deadline: never })).toMatchObject({ status: 'more' });
    }
    const slice = { ...pass, chunk: 0, loop: 3, observed: null };
    await expect(syncSlice(world.ports, slice, { id: 'four', deadline: never })).rejects.toMatchObject({
      code: 'STUCK',
      message: expect.stringContaining('UID 1'),
    });
    await settleMailbox(world.ports, { ...pass, failure: null, failedChunks: [{ chunk: 0, error: 'STUCK' }] });
    const record = await world.ports.mailboxes.read(batch, mailboxId);
    expect(record).toMatchObject({ verdict: 'incomplete', failure: { code: 'STUCK' } });
    expect(record?.verified?.foldersLeft).toBeGreaterThan(0);
  });

  test('of planning may end too: folders inspected before are not listed again', async () => {
    const world = await migrated();
    const pass = request();
    let left = 1;
    const short = { remainingMs: () => (left-- > 0 ? 600_000 : 1_000) };
    expect(await planMailbox(world.ports, pass, short)).toEqual({ status: 'more' });
    const listed = world.source.commands.filter((c) => /^FETCH \d/.test(c)).length;
    expect(listed).toBeGreaterThan(0);
    expect(await planMailbox(world.ports, pass, plenty)).toMatchObject({ status: 'planned', chunkCount: 1 });
    expect(world.source.commands.filter((c) => /^FETCH \d/.test(c))).toHaveLength(3);
  });
});

test('folders and messages that the source no longer has are told, and nothing is missed for them', async () => {
  const world = await migrated();
  world.source.folders.delete('Projects/Αρχείο');
  world.source.remove('INBOX', 10);
  const { verdict, record } = await verified(world);
  expect(verdict).toBe('complete');
  expect(record?.verified).toMatchObject({ counts: { source: 22 }, findings: { equal: 22 }, goneAtSource: 6 });
});

test('a chunk that an earlier pass left unfinished stays its own: the pass after the verification goes on with it', async () => {
  const world = await createWorld();
  fillSample(world.source);
  const pass = { batch, mailboxId, passId: 'initial', pass: 'initial' as const };
  await planMailbox(world.ports, pass, { remainingMs: () => 600_000 });
  await settleMailbox(world.ports, { ...pass, failure: null, failedChunks: [{ chunk: 0, error: 'STUCK' }] });
  const { verdict, findings } = await verified(world);
  expect({ verdict, findings }).toEqual({ verdict: 'incomplete', findings: { 'not-copied': 28 } });
  expect((await runPass(world, { passId: 'second', pass: 'incremental' })).verdict).toBe('complete');
  expect(contents(world.target)).toEqual(contents(world.source));
  expect((await verified(world)).findings).toEqual({ equal: 28 });
});

test('a UID that no server hands out twice is asked for once more, then called unreadable (faults F11)', async () => {
  const world = await migrated();
  world.source.withheld.add(`INBOX ${SourceUid.parse(2)}`);
  world.target.withheld.add(`INBOX ${copyOf(world, 5).uid}`);
  const { verdict, code, findings } = await verified(world);
  expect({ verdict, code, findings }).toEqual({
    verdict: 'incomplete',
    code: 'MESSAGE_UNREADABLE',
    findings: { equal: 26, 'source-unreadable': 1, 'target-unreadable': 1 },
  });
});

describe('a target that rewrites what it stores', () => {
  const rewriting = async (uidPlus: boolean): Promise<World> => {
    const world = await createWorld({ target: { rewrites: 'header', uidPlus } });
    for (let n = 1; n <= 6; n++) {
      const octets = `Message-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\nbody ${n}\r\n`;
      world.source.store('INBOX', { octets, internalDate: `0${n}-Mar-2026 10:00:00 +0000` });
    }
    await runPass(world, { passId: 'initial', pass: 'initial' });
    return world;
  };

  test('is compared by headers, and the report says so', async () => {
    const world = await rewriting(true);
    const { verdict, findings, record } = await verified(world);
    expect({ rewrites: record?.rewrites, verdict, findings }).toEqual({
      rewrites: true,
      verdict: 'complete',
      findings: { rewritten: 6 },
    });
  });

  test('is not excused: another message under the same UID is found', async () => {
    const world = await rewriting(true);
    const inbox = world.target.folder('INBOX').messages;
    if (inbox[2] && inbox[3]) [inbox[2].octets, inbox[3].octets] = [inbox[3].octets, inbox[2].octets];
    const { verdict, findings } = await verified(world);
    expect({ verdict, findings }).toEqual({ verdict: 'incomplete', findings: { rewritten: 4, 'other-octets': 2 } });
  });

  test('is compared by octets as long as nobody knows that it rewrites', async () => {
    const { verdict, findings, record } = await verified(await rewriting(false));
    expect({ rewrites: record?.rewrites, verdict, findings }).toEqual({
      rewrites: null,
      verdict: 'incomplete',
      findings: { 'other-octets': 6 },
    });
  });
});

describe('copies that another tool rewrote, at a target that keeps octets', () => {
  const text = (n: number, body = `body ${n}`): string => `Message-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\n${body}\r\n`;
  const dateOf = (n: number): string => `0${n}-Mar-2026 10:00:00 +0000`;
  /** Of six messages the first two were there before, with a header of that tool's own. */
  const behindTool = async (): Promise<World> => {
    const world = await createWorld();
    for (let n = 1; n <= 6; n++) world.source.store('INBOX', { octets: text(n), internalDate: dateOf(n) });
    for (let n = 1; n <= 2; n++)
      world.target.store('INBOX', { octets: `X-TUID: ${n}\r\n${text(n)}`, internalDate: dateOf(n) });
    await runPass(world, { passId: 'initial', pass: 'initial' });
    return world;
  };

  test('are equal by headers only, told apart from those with equal octets', async () => {
    const { verdict, findings, items, record } = await verified(await behindTool());
    expect({ rewrites: record?.rewrites, verdict, findings }).toEqual({
      rewrites: false,
      verdict: 'complete',
      findings: { equal: 4, rewritten: 2 },
    });
    expect(items.map(({ uid, outcome, finding }) => ({ uid, outcome, finding }))).toEqual([
      { uid: 1, outcome: 'present', finding: 'rewritten' },
      { uid: 2, outcome: 'present', finding: 'rewritten' },
    ]);
    const confidence = record && confidenceOf({ pass: 'verify', evidence: record.evidence, verified: record.verified });
    expect(confidence).toBe(
      '6 of 6 messages read again on both sides: 4 equal in octets (sha256) and date, 2 equal in headers and date only (the copy was rewritten, its body was not compared).',
    );
  });

  test('excuse no other copy: one that we delivered and that was altered since is found', async () => {
    const world = await behindTool();
    const copy = world.target.folder('INBOX').messages.find(({ octets }) => Buffer.from(octets).includes('body 5'));
    if (copy) copy.octets = Buffer.from(`X-Other: header\r\n${text(5)}`);
    expect(await verified(world)).toMatchObject({
      verdict: 'incomplete',
      findings: { equal: 3, rewritten: 2, 'other-octets': 1 },
    });
  });

  test('are not excused where their header is another now', async () => {
    const world = await behindTool();
    const copy = world.target.folder('INBOX').messages.find(({ octets }) => Buffer.from(octets).includes('X-TUID: 2'));
    if (copy) copy.octets = Buffer.from(text(7));
    expect(await verified(world)).toMatchObject({
      verdict: 'incomplete',
      findings: { equal: 4, rewritten: 1, 'other-octets': 1 },
    });
  });

  test('are found again by headers when the target was renumbered', async () => {
    const world = await behindTool();
    world.target.renumber('INBOX', 100);
    expect(await verified(world)).toMatchObject({ verdict: 'complete', findings: { equal: 4, rewritten: 2 } });
  });
});

test('findings of another pass are not counted, though its chunks have the same ids (the table was lost)', async () => {
  const world = await migrated();
  const lost = await world.ports.mailboxes.read(batch, mailboxId);
  world.target.remove('INBOX', copyOf(world, 3).uid);
  expect((await verified(world)).findings).toEqual({ equal: 27, removed: 1 });
  if (lost) await world.ports.mailboxes.put(batch, lost);
  // One row less: the windows begin elsewhere, so those of before are not overwritten.
  world.source.remove('INBOX', 10);
  for (const { chunkId } of await world.ports.chunks.list(key)) {
    const stored = await world.ports.chunks.read(key, chunkId);
    const fresh = { committed: 0, sequence: 0, done: false, owner: null };
    if (stored && chunkId.startsWith('0002')) await world.ports.chunks.replace(key, { ...stored, ...fresh }, stored);
  }
  const { verdict, findings } = await verified(world);
  expect({ verdict, findings }).toEqual({ verdict: 'complete', findings: { equal: 26, removed: 1 } });
});
