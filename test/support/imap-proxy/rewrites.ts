/** Servers that can less, or that say other things than they do. */
import type { Behaviour } from './behaviour.ts';

type Tells = NonNullable<Behaviour['tells']>;

/** One after the other. */
export function all(...tellers: readonly Tells[]): Tells {
  return (line) => tellers.reduce<string | null>((told, tell) => (told === null ? null : tell(told)), line);
}

/** A server without these capabilities; without UIDPLUS it names no UIDs either. */
export function without(...capabilities: readonly string[]): Tells {
  const hidden = new Set(capabilities);
  return (line) => {
    const told = line.replace(/CAPABILITY [^\]]*/, (list) =>
      list
        .split(' ')
        .filter((word) => !hidden.has(word))
        .join(' '),
    );
    return hidden.has('UIDPLUS') ? told.replace(/\[(?:APPENDUID|COPYUID) [^\]]*\] /, '') : told;
  };
}

/** APPENDUID as `lie` makes it from the truth. */
export function lyingAppendUid(lie: (uid: number, uidValidity: number) => string): Tells {
  return (line) =>
    line.replace(/\[APPENDUID (\d+) (\d+)[^\]]*\]/, (_code, uidValidity: string, uid: string) => {
      return `[APPENDUID ${lie(Number(uid), Number(uidValidity))}]`;
    });
}

/** What Exchange does: the stored message has a header line that the sent one had not. */
export function withHeader(header: string): NonNullable<Behaviour['stores']> {
  return (octets) => Buffer.concat([Buffer.from(`${header}\r\n`, 'latin1'), octets]);
}
