/** What a proxy can be told to do, and the points at which it asks. */

export interface Command {
  tag: string;
  /** `UID FETCH 1:* (...)`; literals as `{n}`. */
  text: string;
}

/**
 * In the order in which they pass:
 * `command` before anything of it reaches the server, `literal` before a literal does, `sent` when all of it has,
 * `body` before a message's octets reach the client, `answer` before its tagged answer does, `within` that answer,
 * `answered` behind it.
 */
export type When = 'command' | 'literal' | 'sent' | 'body' | 'answer' | 'within' | 'answered';

export interface Point {
  /** Counted over all connections of the proxy, from 1. */
  number: number;
  when: When;
  command: Command;
  /** Connections of a proxy are counted from 1. */
  connection: number;
  /** The tagged answer as the server gave it, or the line that begins a message; empty before there is one. */
  answer: string;
}

/**
 * `cut` ends both connections there; of a literal, a body and within an answer, half has got through by then.
 * `withhold` (of a command): the client's octets are taken and its connection then cut; the server gets none of them,
 * and `withheld` is told the whole command, which a test may have carried out at any later time.
 * `swallow` (of an answer, or of a message with its body): the client never hears it. `say`: it hears these lines instead.
 */
export type Strike = 'cut' | 'withhold' | 'swallow' | { say: readonly string[] };

/** What it waits for holds up that direction of the connection. */
export type Gate = (point: Point) => Strike | null | Promise<Strike | null>;

export interface Behaviour {
  gate?: Gate;
  /** Each line from the server, before all points; null = not passed on. */
  tells?: (line: string) => string | null;
  /** Content of each message that is appended: servers like Exchange store something else than they are given. */
  stores?: (octets: Buffer) => Buffer;
  withheld?: (command: Buffer) => void;
}
