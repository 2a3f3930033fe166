export type { Behaviour, Command, Gate, Point, Strike, When } from './behaviour.ts';
export { carryOut } from './carry-out.ts';
export { Barrier, isAppend, nth, once } from './gates.ts';
export { startImapProxy, type ImapProxy } from './proxy.ts';
export { all, lyingAppendUid, withHeader, without } from './rewrites.ts';
