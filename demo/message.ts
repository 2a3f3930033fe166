/** Writes RFC 5322 messages, the same each time. */
import { createHash } from 'node:crypto';

export interface Draft {
  id: string | null;
  from: string;
  to: string;
  subject: string;
  date: Date;
  text: string;
  html?: string;
  attachment?: { name: string; sizeBytes: number };
}

export function compose(draft: Draft): Buffer {
  const head = [
    ...(draft.id === null ? [] : [`Message-ID: <${draft.id}>`]),
    `Date: ${draft.date.toUTCString().replace('GMT', '+0000')}`,
    `From: ${draft.from}`,
    `To: ${draft.to}`,
    `Subject: ${encodedWord(draft.subject)}`,
    'MIME-Version: 1.0',
  ];
  return Buffer.from([...head, ...bodyLines(draft), ''].join('\r\n'), 'utf8');
}

function bodyLines({ text, html, attachment }: Draft): string[] {
  const plain = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', text];
  if (html === undefined && attachment === undefined) return plain;
  const rich = html === undefined ? [] : [['Content-Type: text/html; charset=utf-8', '', html]];
  const files = attachment === undefined ? [] : [fileLines(attachment)];
  const kind = attachment === undefined ? 'alternative' : 'mixed';
  const parts = [plain, ...rich, ...files].flatMap((part) => ['--=_ferry', ...part]);
  return [`Content-Type: multipart/${kind}; boundary="=_ferry"`, '', ...parts, '--=_ferry--'];
}

function fileLines({ name, sizeBytes }: { name: string; sizeBytes: number }): string[] {
  const base64 = octets(name, sizeBytes).toString('base64').replace(/.{76}/g, '$&\r\n');
  return [
    `Content-Type: application/octet-stream; name="${encodedWord(name)}"`,
    `Content-Disposition: attachment; filename="${encodedWord(name)}"`,
    'Content-Transfer-Encoding: base64',
    '',
    base64,
  ];
}

/** Looks random and is not, so that every run makes the same messages. */
function octets(seed: string, sizeBytes: number): Buffer {
  const block = createHash('sha512').update(seed).digest();
  return Buffer.alloc(sizeBytes, block);
}

/** RFC 2047, in pieces that stay below its 75 characters. */
function encodedWord(text: string): string {
  // Printable ASCII goes as it is.
  if (/^[ -~]*$/.test(text)) return text;
  const pieces = Array.from(text).reduce<string[]>((all, character) => {
    const last = all.at(-1);
    if (last !== undefined && Buffer.byteLength(last + character) <= 42) all[all.length - 1] = last + character;
    else all.push(character);
    return all;
  }, []);
  return pieces.map((piece) => `=?utf-8?B?${Buffer.from(piece).toString('base64')}?=`).join('\r\n ');
}
