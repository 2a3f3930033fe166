/** What the target held before us: candidates for `present`, by equal INTERNALDATE instant. */
import type { TargetUid } from '../../contract/ids.ts';
import { instantKey } from '../../core/identity.ts';
import type { MessageMeta, TargetMailbox } from '../../ports/mail.ts';

/** Enough for real twins; a tool that gave every message one date must not make every row compare with every message. */
export const mostCandidates = 50;

export interface Candidates {
  (message: Pick<MessageMeta, 'internalDate' | 'sizeBytes'>): TargetUid[];
  /** By instant, where there are more than are compared. */
  crowds?: ReadonlyMap<string, readonly TargetUid[]>;
}

export async function readCandidates(target: TargetMailbox, path: string): Promise<Candidates> {
  const state = await target.openFolder(path);
  if (state.messageCount === 0) return () => [];
  const messages: MessageMeta<TargetUid>[] = [];
  for await (const message of target.listMessages({ first: 1, last: '*' })) messages.push(message);
  return candidatesAmong(messages);
}

export function candidatesAmong(messages: readonly MessageMeta<TargetUid>[]): Candidates {
  const byInstant = new Map<string, MessageMeta<TargetUid>[]>();
  for (const message of messages) {
    const instant = instantKey(message.internalDate);
    const same = byInstant.get(instant);
    if (same) same.push(message);
    else byInstant.set(instant, [message]);
  }
  const near = ({ internalDate, sizeBytes }: Pick<MessageMeta, 'internalDate' | 'sizeBytes'>): TargetUid[] => {
    const same = byInstant.get(instantKey(internalDate)) ?? [];
    return nearest(same, sizeBytes).map(({ uid }) => uid);
  };
  const crowds = [...byInstant].filter(([, same]) => same.length > mostCandidates);
  return Object.assign(near, {
    crowds: new Map(crowds.map(([instant, same]) => [instant, same.map(({ uid }) => uid)])),
  });
}

/** RFC822.SIZE is only a hint (Exchange and Gmail lie), so it ranks and never excludes. */
function nearest(messages: readonly MessageMeta<TargetUid>[], sizeBytes: number): readonly MessageMeta<TargetUid>[] {
  if (messages.length <= mostCandidates) return messages;
  const distance = (m: MessageMeta): number => Math.abs(m.sizeBytes - sizeBytes);
  return [...messages].sort((a, b) => distance(a) - distance(b)).slice(0, mostCandidates);
}
