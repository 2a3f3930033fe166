/** Newest mail first over the whole mailbox: planned, sliced and copied as the workflow does it; octets are the time. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { MailAccount, MailAccountOptions } from '../../../shared/adapters/memory/mail/index.ts';
import type { MailServers } from '../../../shared/ports/mail.ts';
import { createWorld, runPass } from '../../support/world.ts';

const nowMs = Date.parse('2026-11-24T10:00:00Z');
const dayMs = 86_400_000;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function daysAgo(days: number): string {
  const [date, time] = new Date(nowMs - days * dayMs).toISOString().slice(0, 19).split('T');
  const [year, month, day] = (date ?? '').split('-');
  return `${day}-${months[Number(month) - 1]}-${year} ${time} +0000`;
}

interface Message {
  path: string;
  days: number;
  text: string;
}

interface Folder {
  path: string;
  count: number;
  firstDay: number;
  everyDays: number;
}

const pathOf = (n: number): string => (n === 0 ? 'INBOX' : `Folder ${n}`);
/** Ten years of mail: folders in use, folders that went out of use, and one that holds two thirds of everything. */
const uneven: readonly Folder[] = Array.from({ length: 12 }, (_, n) => ({
  path: pathOf(n),
  count: n === 0 ? 4_000 : 200,
  firstDay: n % 3 === 2 ? 365 * n : 1 + n / 10,
  everyDays: n === 0 ? 0.9 : 7,
}));
/** So little mail, none of it new, in so many folders that no wave is worth its changes of folder. */
const many: readonly Folder[] = Array.from({ length: 20 }, (_, n) => ({
  path: pathOf(n),
  count: 100,
  firstDay: 400 + 10 * n,
  everyDays: 3,
}));

const mailOf = (shape: readonly Folder[]): Message[] =>
  shape.flatMap(({ path, count, firstDay, everyDays }, n) =>
    Array.from({ length: count }, (_, i) => ({
      path,
      days: firstDay + i * everyDays,
      text: `${n}/${i}: ${'x'.repeat(50 + ((n * 7 + i * 13) % 200))}`,
    })),
  );

function fill(source: MailAccount, mailbox: readonly Message[]): void {
  // Oldest first, as mail arrives.
  for (const { path } of mailbox) if (!source.folders.has(path)) source.addFolder(path);
  for (const { path, days, text } of [...mailbox].reverse())
    source.store(path, { octets: text, internalDate: daysAgo(days) });
}

/** Each APPEND of a session takes a turn, so that sessions are equally fast whatever else their chunks have to read. */
function takeTurns(servers: MailServers): void {
  const openTarget = servers.openTarget.bind(servers);
  servers.openTarget = async (...login) => {
    const session = await openTarget(...login);
    const append = session.append.bind(session);
    session.append = async (message) => {
      await setImmediate();
      return append(message);
    };
    return session;
  };
}

/** What a pass with four connections had delivered when a tenth of all octets was. */
async function afterTenth(target: MailAccountOptions, mailbox: readonly Message[]): Promise<Set<string>> {
  const endpoint = { host: 'mail.example', port: 993, tls: 'implicit', auth: 'password' } as const;
  const side = { ...endpoint, connections: { perMailbox: 4 } };
  const world = await createWorld({ target, chunksAtOnce: true, settings: { source: side, target: side } });
  fill(world.source, mailbox);
  takeTurns(world.ports.servers);
  const arrived: string[] = [];
  const store = world.target.store.bind(world.target);
  world.target.store = (path, message) => {
    arrived.push(Buffer.from(message.octets).toString());
    return store(path, message);
  };
  expect((await runPass(world, { passId: 'newest-first', pass: 'initial' })).verdict).toBe('complete');
  expect(arrived).toHaveLength(mailbox.length);
  let octets = arrived.reduce((sum, text) => sum + text.length, 0) / 10;
  return new Set(arrived.filter((text) => (octets -= text.length) >= 0));
}

test.each<[string, MailAccountOptions]>([
  ['MULTIAPPEND', { multiAppend: true }],
  ['LITERAL+', {}],
  ['synchronizing literals', { literals: 'none' }],
])('after a tenth of the time the newest mail of all folders is at a target with %s', async (_, target) => {
  const mailbox = mailOf(uneven);
  const there = await afterTenth(target, mailbox);
  expect(missingNewest(mailbox, { there, count: 5 })).toEqual([]);
  const thisMonth = mailbox.filter(({ days }) => days <= 30);
  expect(thisMonth.filter(({ text }) => !there.has(text))).toEqual([]);
});

test.each<[string, MailAccountOptions]>([
  ['MULTIAPPEND', { multiAppend: true }],
  ['LITERAL+', {}],
])('also where there are few messages in many folders: with %s', async (_, target) => {
  const mailbox = mailOf(many);
  expect(missingNewest(mailbox, { there: await afterTenth(target, mailbox), count: 3 })).toEqual([]);
});

function missingNewest(
  mailbox: readonly Message[],
  { there, count }: { there: Set<string>; count: number },
): Message[] {
  const paths = [...new Set(mailbox.map(({ path }) => path))];
  const newest = paths.flatMap((path) => mailbox.filter((message) => message.path === path).slice(0, count));
  return newest.filter(({ text }) => !there.has(text));
}
