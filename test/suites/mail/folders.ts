import { expect, test } from '@jest/globals';
import type { AppendAnswer } from '../../../shared/ports/mail.ts';
import { all, mail, outgoing, uidsOf, type Suite } from './world.ts';

export function folderRules({ mailbox, source, target }: Suite): void {
  test('opening a folder again tells its new state', async () => {
    const box = await mailbox();
    const session = await source(box);
    const before = await session.openFolder('INBOX');
    await box.plant('INBOX', { octets: mail('a') });
    const after = await session.openFolder('INBOX');
    expect(after).toMatchObject({ uidValidity: before.uidValidity, messageCount: 1 });
    expect(after.uidNext).toBeGreaterThan(before.uidNext);
  });

  test('limits are told by folder only by a server that says it has such', async () => {
    const session = await target(await mailbox());
    const limits = await session.appendLimits(['INBOX', 'nowhere']);
    expect([session.capabilities.appendLimitByFolder, limits.size]).toEqual([false, 0]);
    expect(await session.openFolder('INBOX')).toMatchObject({ messageCount: 0 });
  });

  test('folder names come decoded, with delimiter and attributes', async () => {
    const box = await mailbox();
    const names = ['Αρχείο', 'Αρχείο/Απεσταλμένα', '📬 post', 'R&D "quoted"', 'a [b] {3}'];
    for (const name of names) await box.create(name);
    const session = await source(box);
    const folders = await session.listFolders();
    expect(folders.map(({ path }) => path)).toEqual(expect.arrayContaining(['INBOX', ...names]));
    expect(new Set(folders.map(({ delimiter }) => delimiter))).toEqual(new Set(['/']));
    for (const name of names) expect(await session.openFolder(name)).toMatchObject({ messageCount: 0 });
    expect((await session.namespaces()).personal[0]).toEqual({ prefix: '', delimiter: '/' });
  });

  test('a folder that is not there is FOLDER_UNREADABLE, and the session lives on', async () => {
    const session = await source(await mailbox());
    await expect(session.openFolder('nowhere')).rejects.toMatchObject({ code: 'FOLDER_UNREADABLE' });
    await expect(all(session.listMessages({ first: 1, last: '*' }))).rejects.toMatchObject({ code: 'SERVER_REFUSED' });
    expect(await session.openFolder('INBOX')).toMatchObject({ messageCount: 0 });
  });

  test('a nested folder is created with its parents, twice is no error', async () => {
    const box = await mailbox();
    const session = await target(box);
    for (let i = 0; i < 2; i++) await session.createFolder('Α/Β 🙂/C & D');
    expect(await session.subscribe('Α/Β 🙂/C & D')).toBe(true);
    for (const path of ['Α', 'Α/Β 🙂', 'Α/Β 🙂/C & D']) await session.openFolder(path);
    const folder = (await session.listFolders()).find(({ path }) => path === 'Α/Β 🙂/C & D');
    expect(folder).toMatchObject({ subscribed: true });
  });

  test('a survey opens and lists folders in order, and one that is not there spoils no other', async () => {
    const box = await mailbox();
    for (const [folder, count] of [
      ['A', 2],
      ['B', 0],
      ['C', 1],
    ] as const) {
      await box.create(folder);
      for (let n = 0; n < count; n++) await box.plant(folder, { octets: mail(`${folder}${n}`) });
    }
    const session = await source(box);
    const everything = { first: 1, last: '*' } as const;
    const surveyed = await session.survey([
      { path: 'C', list: everything },
      { path: 'nowhere', list: everything },
      { path: 'A', list: everything },
      { path: 'B', list: everything },
      { path: 'A', list: null },
    ]);
    expect(surveyed.map(({ path }) => path)).toEqual(['C', 'nowhere', 'A', 'B', 'A']);
    expect(surveyed.map(({ messages }) => messages.length)).toEqual([1, 0, 2, 0, 0]);
    expect(surveyed[1]?.state).toMatchObject({ code: 'FOLDER_UNREADABLE' });
    expect(surveyed[4]?.state).toMatchObject({ messageCount: 2 });
    const alone = await session.openFolder('A');
    expect(surveyed[2]?.state).toEqual(alone);
    expect(surveyed[2]?.messages).toEqual(await all(session.listMessages(everything)));
    expect(await session.survey([])).toEqual([]);
  });

  test('after a survey no folder is open', async () => {
    const session = await source(await mailbox());
    await session.openFolder('INBOX');
    await session.survey([{ path: 'INBOX', list: null }]);
    await expect(all(session.listMessages({ first: 1, last: '*' }))).rejects.toMatchObject({ code: 'SERVER_REFUSED' });
  });

  test('states are told without opening, and what is not there is absent', async () => {
    const box = await mailbox();
    await box.plant('INBOX', { octets: mail('a') });
    const session = await source(box);
    const opened = await session.openFolder('INBOX');
    const states = await session.folderStates(['INBOX', 'nowhere']);
    expect(states.get('INBOX')).toEqual(opened);
    expect(states.has('nowhere')).toBe(false);
  });

  test('a folder that is opened and fetched in one go hands out its messages, and is open afterwards', async () => {
    const box = await mailbox();
    for (const folder of ['A', 'B']) {
      await box.create(folder);
      for (const name of ['1', '2', '3']) await box.plant(folder, { octets: mail(folder + name) });
    }
    const session = await source(box);
    const { uidValidity } = await session.openFolder('A');
    const uids = await uidsOf(session);
    await session.openFolder('B');
    const fetch = session.fetchFrom('A', [uids.slice(0, 2), uids.slice(2)]);
    expect(await fetch.uidValidity).toBe(uidValidity);
    const subjects: string[] = [];
    for await (const { octets } of fetch.messages) subjects.push(Buffer.concat(await all(octets)).toString());
    expect(subjects).toEqual(['A1', 'A2', 'A3'].map((name) => mail(name).toString()));
    expect(await uidsOf(session)).toEqual(uids);
  });

  test('what was fetched in one go may be abandoned, and the session lives on', async () => {
    const box = await mailbox();
    for (const name of ['1', '2', '3']) await box.plant('INBOX', { octets: mail(name) });
    const session = await source(box);
    await session.openFolder('INBOX');
    const uids = await uidsOf(session);
    const fetch = session.fetchFrom('INBOX', [uids]);
    await fetch.uidValidity;
    await fetch.abandon();
    await expect(uidsOf(session)).rejects.toMatchObject({ code: 'SERVER_REFUSED' });
    await session.openFolder('INBOX');
    expect(await uidsOf(session)).toEqual(uids);
    const unread = session.fetchFrom('INBOX', [uids]);
    await unread.abandon();
    expect(await session.openFolder('INBOX')).toMatchObject({ messageCount: 3 });
  });

  test('a folder that is not there cannot be fetched from, and the session lives on', async () => {
    const session = await source(await mailbox());
    const fetch = session.fetchFrom('nowhere', []);
    await expect(fetch.uidValidity).rejects.toMatchObject({ code: 'FOLDER_UNREADABLE' });
    await fetch.abandon();
    expect(await session.openFolder('INBOX')).toMatchObject({ messageCount: 0 });
  });

  test('the next folder may be opened while answers are owed', async () => {
    const box = await mailbox();
    await box.create('B');
    await box.plant('B', { octets: mail('there') });
    const session = await target(box);
    await session.openFolder('INBOX');
    const answers: Promise<AppendAnswer>[] = [];
    for (const name of ['1', '2', '3']) answers.push((await session.append(outgoing(mail(name), []))).answer);
    const next = session.openFolder('B');
    expect((await Promise.all(answers)).map(({ kind }) => kind)).toEqual(['stored', 'stored', 'stored']);
    expect(await next).toMatchObject({ messageCount: 1 });
    await (
      await session.append(outgoing(mail('4'), []))
    ).answer;
    expect(await box.see('INBOX')).toHaveLength(3);
    expect(await box.see('B')).toHaveLength(2);
  });
}
