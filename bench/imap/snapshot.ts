/** What a mailbox holds, read over IMAP: per folder how often each (octets, flags, INTERNALDATE) is there. */
import { CanonicalHash } from './canonical-hash.ts';
import { BenchImap, quoted, type Access } from './client.ts';

export interface Snapshot {
  messages: number;
  bytes: number;
  folders: Map<string, Map<string, number>>;
}

export async function snapshot(access: Access, droppedHeader: string | null = null): Promise<Snapshot> {
  const imap = await BenchImap.login(access);
  try {
    const taken: Snapshot = { messages: 0, bytes: 0, folders: new Map() };
    for (const folder of await imap.folders()) {
      const messages = new Map<string, number>();
      taken.folders.set(folder, messages);
      let hash = new CanonicalHash(droppedHeader);
      const answer = (text: string): void => {
        if (!/^\* \d+ FETCH .*BODY\[\]/.test(text)) return;
        const key = `${hash.digest()} ${flagsOf(text)} ${instantOf(text)}`;
        messages.set(key, (messages.get(key) ?? 0) + 1);
        taken.messages++;
        taken.bytes += hash.sizeBytes;
        hash = new CanonicalHash(droppedHeader);
      };
      await imap.command(`EXAMINE ${quoted(folder)}`);
      await imap.stream('UID FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])', {
        answer,
        data: (octets) => hash.update(octets),
      });
    }
    return taken;
  } finally {
    imap.close();
  }
}

/** Null when `copy` holds what `original` holds; else what is wrong, for people. Empty folders are no difference. */
export function difference(original: Snapshot, copy: Snapshot): string | null {
  const folders = new Set([...original.folders.keys(), ...copy.folders.keys()]);
  const wrong = [...folders].flatMap((folder) => {
    const [here, there] = [original.folders.get(folder) ?? new Map(), copy.folders.get(folder) ?? new Map()];
    const [missing, extra] = [surplus(here, there), surplus(there, here)];
    return missing + extra === 0 ? [] : [`${folder}: ${missing} missing, ${extra} that should not be there`];
  });
  return wrong.length === 0 ? null : wrong.join('; ');
}

function surplus(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  return [...a].reduce((sum, [key, count]) => sum + Math.max(0, count - (b.get(key) ?? 0)), 0);
}

function flagsOf(answer: string): string {
  const flags = (/FLAGS \(([^)]*)\)/.exec(answer)?.[1] ?? '').split(' ');
  return flags
    .filter((flag) => flag !== '' && flag !== '\\Recent')
    .sort()
    .join(' ');
}

function instantOf(answer: string): number {
  const text = /INTERNALDATE "([^"]*)"/.exec(answer)?.[1] ?? '';
  return Date.parse(text.trim().replace(/^(\d+)-(\w+)-(\d+) /, '$1 $2 $3 '));
}
