/** The sample company: five mailboxes with what real ones have. The same messages each time. */
import { compose } from './message.ts';

export interface SampleMessage {
  folder: string;
  octets: Buffer;
  /** IMAP date-time. */
  internalDate: string;
  flags: readonly string[];
}

interface Person {
  user: string;
  name: string;
  /** Folder and how many messages it gets. */
  folders: Readonly<Record<string, number>>;
}

const people: readonly Person[] = [
  {
    user: 'ada',
    name: 'Ada Byron',
    folders: {
      INBOX: 60,
      Sent: 30,
      'Projects/Ferry/2026': 12,
      'Projects/Ferry/2025': 8,
      'Archive/1998': 5,
      '📎 Receipts': 6,
    },
  },
  {
    user: 'nikos',
    name: 'Νίκος Καζαντζάκης',
    folders: { INBOX: 35, Απεσταλμένα: 20, Πρόχειρα: 4, 'Αρχείο/Ταξίδια/Κρήτη': 9, Κενός: 0 },
  },
  { user: 'grace', name: 'Grace Hopper', folders: { INBOX: 40, Sent: 15, 'Lists/cobol': 25, 'R&D': 4, 'a.b~c': 3 } },
  { user: 'linus', name: 'Linus T', folders: { INBOX: 20, 'Lists/kernel': 45, 'Lists/kernel/stable': 15, Drafts: 2 } },
  { user: 'info', name: 'Contoso Info', folders: { INBOX: 25, Offers: 10, 'Offers/Größe & Preis': 5 } },
];

const subjects = [
  'Lunch on Thursday?',
  'Re: timetable of the night ferry',
  'Τιμολόγιο Νοεμβρίου',
  'Grüße aus Köln ☀',
  'Invoice 2026-118',
  'Meeting notes',
  '船の時刻表',
  'Your booking',
  '',
];

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const pad = (n: number): string => String(n).padStart(2, '0');

function internalDateOf(date: Date): string {
  const day = `${pad(date.getUTCDate())}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
  return `${day} ${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())} +0000`;
}

const newest = Date.UTC(2026, 10, 20, 9, 30);
const hourMs = 3_600_000;

/** Dense this month, thinner with age, some from the last century. */
function dateOf(n: number, folder: string): Date {
  if (folder.endsWith('1998')) return new Date(Date.UTC(1998, n, 5, 8, 0, n));
  return new Date(newest - Math.floor(n ** 2.4) * 7 * hourMs - n * 61_000);
}

export const sampleUsers: readonly string[] = people.map(({ user }) => user);

export function* sampleMailbox(user: string): Iterable<SampleMessage> {
  const person = people.find((p) => p.user === user);
  if (!person) return;
  for (const [folder, count] of Object.entries(person.folders)) {
    for (let n = 0; n < count; n++) yield sampleMessage(person, folder, n);
    if (folder === 'INBOX') yield* twins(person);
  }
  if (user === 'grace') yield large(person);
}

export function sampleFolders(user: string): string[] {
  return Object.keys(people.find((p) => p.user === user)?.folders ?? {});
}

function sampleMessage(person: Person, folder: string, n: number): SampleMessage {
  const date = dateOf(n, folder);
  const subject = subjects[(n + folder.length) % subjects.length] ?? '';
  const own = folder === 'Sent' || folder === 'Απεσταλμένα';
  const [from, to] = own
    ? [address(person), 'Someone <someone@elsewhere.example>']
    : ['Someone <someone@elsewhere.example>', address(person)];
  const octets = compose({
    // Every seventh comes from a program that gives no Message-ID.
    id: n % 7 === 3 ? null : `${person.user}.${folder.length}.${n}@contoso.example`,
    from,
    to,
    subject,
    date,
    text: `Message ${n} in ${folder}.\r\n${'All aboard. '.repeat((n * 13) % 90)}\r\n.\r\nFrom here on: dots and "From " lines.`,
    ...(n % 5 === 1 ? { html: `<p>Message <b>${n}</b> ⛴</p>` } : {}),
    ...(n % 9 === 4
      ? { attachment: { name: n % 2 === 0 ? 'ticket.pdf' : 'Εισιτήριο.pdf', sizeBytes: 20_000 + n * 3_000 } }
      : {}),
  });
  return { folder, octets, internalDate: internalDateOf(date), flags: flagsOf(n, folder) };
}

const address = ({ user, name }: Person): string =>
  /^[ -~]*$/.test(name) ? `${name} <${user}@contoso.example>` : `${user}@contoso.example`;

function flagsOf(n: number, folder: string): string[] {
  return [
    ...(n > 3 ? ['\\Seen'] : []),
    ...(n % 6 === 2 ? ['\\Answered'] : []),
    ...(n % 11 === 5 ? ['\\Flagged'] : []),
    ...(n % 8 === 1 ? ['$Forwarded'] : []),
    ...(folder === 'Drafts' || folder === 'Πρόχειρα' ? ['\\Draft'] : []),
  ];
}

/** One newsletter that arrived twice in the same second, and again a day later: three messages, not one. */
function* twins(person: Person): Iterable<SampleMessage> {
  const date = new Date(newest - 200 * hourMs);
  const letter = { from: 'news@ferries.example', to: address(person), subject: 'Newsletter', text: 'All aboard.' };
  const octets = compose({ ...letter, id: 'newsletter@ferries.example', date });
  const nextDay = new Date(date.getTime() + 24 * hourMs);
  for (const arrived of [date, date, nextDay]) {
    yield { folder: 'INBOX', octets, internalDate: internalDateOf(arrived), flags: ['\\Seen'] };
  }
}

/** 20 MB on the wire. */
function large(person: Person): SampleMessage {
  const date = new Date(newest - 30 * hourMs);
  const attachment = { name: 'harbour.mov', sizeBytes: 14_800_000 };
  const octets = compose({
    id: 'large@contoso.example',
    from: 'x@y.example',
    to: address(person),
    subject: 'The film',
    date,
    text: 'As promised.',
    attachment,
  });
  return { folder: 'INBOX', octets, internalDate: internalDateOf(date), flags: [] };
}
