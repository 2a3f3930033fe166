import { defaults, type Settings } from '../../contract/settings.ts';

/** Mailboxes at once, so that no endpoint gets more connections than it is said to bear. */
export function mailboxConcurrency({ source, target }: Settings): number {
  const atOnce = [source, target].map(({ connections }) => {
    const total = connections?.total ?? defaults.connectionsTotal;
    return Math.floor(total / (connections?.perMailbox ?? defaults.connectionsPerMailbox));
  });
  return Math.max(1, Math.min(...atOnce));
}

/** Connections of one mailbox at once, and so its chunks: the side that bears fewer decides. */
export const chunkConcurrency = ({ source, target }: Settings): number =>
  Math.min(...[source, target].map(({ connections }) => connections?.perMailbox ?? defaults.connectionsPerMailbox));
