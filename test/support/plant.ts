/** Mailboxes at real servers that are worth copying. */
import type { RawAccess } from './raw-imap.ts';
import { RawImap } from './raw-imap.ts';

/** Two folders and INBOX, 16 messages: twins of one instant, equal octets at two dates, no Message-ID, no header at all, flags, odd zones. */
export async function plantSample(access: RawAccess): Promise<number> {
  const imap = await RawImap.login(access);
  const twin = Buffer.from('Message-ID: <twin@x>\r\nSubject: t\r\n\r\ntwin\r\n');
  let count = 0;
  const plant = async (path: string, octets: Buffer, internalDate: string, flags: readonly string[] = []) => {
    await imap.append(path, { octets, flags, internalDate });
    count += 1;
  };
  try {
    await imap.create('Αρχείο');
    for (let i = 1; i <= 6; i++) {
      const id = i % 3 === 0 ? '' : `Message-ID: <${i}@x>\r\n`;
      const octets = Buffer.from(`${id}Subject: ${i}\r\n\r\n${'body\r\n'.repeat(i * 20)}`);
      await plant(
        'INBOX',
        octets,
        `0${i}-Mar-2026 10:00:00 +0200`,
        i % 2 === 0 ? ['\\Seen'] : ['\\Flagged', '$Label1'],
      );
    }
    for (let i = 0; i < 3; i++) await plant('INBOX', twin, '20-Mar-2026 08:00:00 +0000');
    await plant('INBOX', twin, '21-Mar-2026 08:00:00 +0000', ['\\Answered']);
    for (let i = 1; i <= 4; i++)
      await plant('Αρχείο', Buffer.from(`no header at all ${i}`), `0${i}-Jan-1999 23:59:59 -0330`);
    for (let i = 0; i < 2; i++) await plant('Αρχείο', twin, '20-Mar-2026 08:00:00 +0000');
    return count;
  } finally {
    imap.close();
  }
}

/** `count` messages of one folder, a second apart, each another one. */
export async function plantMany(access: RawAccess, path: string, count: number): Promise<void> {
  const imap = await RawImap.login(access);
  try {
    for (let i = 0; i < count; i++) {
      const octets = Buffer.from(`Message-ID: <many-${i}@x>\r\nSubject: ${i}\r\n\r\n${'line\r\n'.repeat(i % 40)}`);
      const second = String(i % 60).padStart(2, '0');
      const minute = String(Math.floor(i / 60)).padStart(2, '0');
      await imap.append(path, { octets, internalDate: `01-Mar-2026 10:${minute}:${second} +0000` });
    }
  } finally {
    imap.close();
  }
}
