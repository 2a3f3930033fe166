import type { MailAccount } from '../../shared/adapters/memory/mail/index.ts';

/** About 30 messages: twins (also in two folders and at two dates), missing Message-IDs, old and odd dates, flags. */
export function fillSample(account: MailAccount): void {
  for (const path of ['Sent', 'Projects', 'Projects/Αρχείο', 'Empty']) account.addFolder(path);
  const twin = 'Message-ID: <twin@x>\r\nSubject: t\r\n\r\ntwin\r\n';
  for (let i = 0; i < 12; i++) {
    account.store('INBOX', {
      octets: `${i % 3 === 0 ? '' : `Message-ID: <${i}@x>\r\n`}Subject: ${i}\r\n\r\nbody ${i}\r\n`,
      internalDate: `${String(1 + i).padStart(2, '0')}-Mar-2026 10:00:00 +0200`,
      flags: i % 2 === 0 ? ['\\Seen'] : ['\\Seen', '\\Flagged'],
    });
  }
  for (const path of ['INBOX', 'INBOX', 'INBOX', 'Sent']) {
    account.store(path, { octets: twin, internalDate: '20-Mar-2026 08:00:00 +0000', flags: [] });
  }
  account.store('INBOX', { octets: twin, internalDate: '21-Mar-2026 08:00:00 +0000', flags: ['\\Answered'] });
  for (let i = 0; i < 6; i++) {
    account.store('Sent', {
      octets: `Subject: sent ${i}\r\n\r\n${'x'.repeat(i * 10)}\r\n`,
      internalDate: '05-Jan-1999 23:59:59 -0330',
    });
  }
  for (let i = 0; i < 5; i++) {
    account.store('Projects/Αρχείο', {
      octets: `no header at all ${i}`,
      internalDate: `0${i + 1}-Feb-2026 00:00:00 +0000`,
      flags: ['$Label1'],
    });
  }
}
