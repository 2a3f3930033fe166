/**
 * Identity of a message whose octets the target rewrites: five header fields and the INTERNALDATE instant, as hashes,
 * because a subject may stand in no record and in no log. Fields are compared as they were sent: unfolded, runs of
 * blanks as one, nothing decoded. A cleverer comparison would call different mails equal.
 */
import { createHash } from 'node:crypto';
import { instantKey } from './identity.ts';

export const identityFields = ['MESSAGE-ID', 'DATE', 'FROM', 'TO', 'SUBJECT'] as const;
type Field = (typeof identityFields)[number];

/** A header that fills this much is not read to its end, so it identifies nothing. */
export const mostHeaderBytes = 65_536;

export interface HeaderIdentity {
  /** What two messages are compared by. null: too little is there to tell one mail from another. */
  key: string | null;
  /** Hash of the Message-ID; null without one. */
  messageId: string | null;
  /** Hash of the other four; null unless all are there. */
  others: string | null;
}

/**
 * `octets`: a whole message, its header, or only the fields of interest. null where the header can't be relied on: a
 * field of interest stands there twice (a target may keep either), or the end of the header was not seen.
 * Without a Message-ID the other four must all be there.
 */
export function headerIdentity(octets: Uint8Array, internalDate: string): HeaderIdentity | null {
  const fields = readFields(octets);
  if (!fields) return null;
  const values = identityFields.map((name) => fields.get(name) ?? '');
  const [messageId = '', ...others] = values;
  const complete = others.every((value) => value !== '');
  return {
    key: messageId !== '' || complete ? `${hashOf(values)}@${instantKey(internalDate)}` : null,
    messageId: messageId === '' ? null : hashOf([messageId]),
    others: complete ? hashOf(others) : null,
  };
}

/**
 * Whether a copy of `other` (of the same instant) could, rewritten, look like a copy of `row`. Coarser than the key on
 * purpose: a target may change or complete the other fields, but it gives no message the Message-ID of another one.
 */
export function mayBeTakenFor(row: HeaderIdentity, other: HeaderIdentity | null): boolean {
  if (other === null) return true;
  if (row.messageId !== null) return other.messageId === row.messageId;
  return other.others === null || other.others === row.others;
}

const hashOf = (values: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(values), 'utf8').digest('hex');

/** Octets as latin1, so that 8-bit text of any charset is compared as it is. */
function readFields(octets: Uint8Array): Map<Field, string> | null {
  const bounded = octets.subarray(0, mostHeaderBytes);
  const lines = Buffer.from(bounded.buffer, bounded.byteOffset, bounded.length).toString('latin1').split(/\r?\n/);
  const end = lines.indexOf('');
  if (end === -1 && octets.length >= mostHeaderBytes) return null;
  const fields = new Map<Field, string>();
  for (const line of unfolded(end === -1 ? lines : lines.slice(0, end))) {
    const [, name = '', value = ''] = /^([^\s:]+)[ \t]*:(.*)$/s.exec(line) ?? [];
    const field = identityFields.find((f) => f === name.toUpperCase());
    if (!field) continue;
    if (fields.has(field)) return null;
    fields.set(field, value.replaceAll(/[ \t\r\n\f\v]+/g, ' ').replaceAll(/^ | $/g, ''));
  }
  return fields;
}

function unfolded(lines: readonly string[]): string[] {
  const fields: string[][] = [];
  for (const line of lines) {
    if (/^[ \t]/.test(line)) fields.at(-1)?.push(line);
    else fields.push([line]);
  }
  return fields.map((parts) => parts.join('\n'));
}
