/** The ports of one worker: every call that has an effect, or reads what others change, waits for its turn. */
import { MigrationError } from '../../shared/errors.ts';
import type { ChunkStore } from '../../shared/ports/stores.ts';
import type { DataStore } from '../../shared/ports/objects.ts';
import type { Ports } from '../../shared/ports/ports.ts';
import type { SourceMailbox } from '../../shared/ports/mail.ts';
import { afterCall, type Network } from './network.ts';
import type { Worker } from './schedule.ts';
import { TargetSession } from './target-session.ts';

export function watchedPorts(ports: Ports, network: Network, worker: Worker): Ports {
  const call = <T>(name: string, run: () => Promise<T>): Promise<T> => network.scheduler.call(worker, name, run);
  return {
    ...ports,
    chunks: watchedChunks(ports.chunks, network, call),
    data: watchedData(ports.data, call),
    folders: {
      list: (key) => call('folders.list', () => ports.folders.list(key)),
      put: (key, record) => call('folders.put', () => ports.folders.put(key, record)),
    },
    servers: {
      openSource: (endpoint, login) =>
        call('source.open', async () =>
          watchedSource(await ports.servers.openSource(endpoint, login), network, worker),
        ),
      openTarget: (endpoint, login) =>
        call(
          'target.open',
          async () => new TargetSession(await ports.servers.openTarget(endpoint, login), network, worker),
        ),
      openTargetToRead: (endpoint, login) => call('target.open', () => ports.servers.openTargetToRead(endpoint, login)),
    },
  };
}

type Call = <T>(name: string, run: () => Promise<T>) => Promise<T>;

function watchedChunks(chunks: ChunkStore, { scheduler, truth, repeated }: Network, call: Call): ChunkStore {
  return {
    read: (key, chunkId) => call(`chunks.read ${chunkId}`, () => chunks.read(key, chunkId)),
    list: (key) => call('chunks.list', () => chunks.list(key)),
    replace: (key, next, condition) =>
      call(`chunks.replace ${next.chunkId} f${next.fence} c${next.committed} o${next.open?.to ?? '-'}`, async () => {
        const before = await chunks.read(key, next.chunkId);
        const written = await chunks.replace(key, next, condition);
        if (written) truth.noteReplace(before, next);
        if (!written || !scheduler.random.chance(repeated)) return written;
        return chunks.replace(key, next, condition);
      }),
    putStray: (key, chunkId, note) => call('chunks.putStray', () => chunks.putStray(key, chunkId, note)),
    listStrays: (key) => call('chunks.listStrays', () => chunks.listStrays(key)),
  };
}

function watchedData(data: DataStore, call: Call): DataStore {
  return {
    putJson: (key, value) => call('data.putJson', () => data.putJson(key, value)),
    readJson: (key, parse) => data.readJson(key, parse),
    putLines: (key, rows) => call(`data.putLines ${key.slice(-30)}`, () => data.putLines(key, rows)),
    readLines: (key, parse) => afterCall(() => call('data.readLines', async () => data.readLines(key, parse))),
    putText: (key, text, type) => data.putText(key, text, type),
    putOctets: (key, octets, metadata) => call('data.putOctets', () => data.putOctets(key, octets, metadata)),
    readOctets: (key) => call('data.readOctets', () => data.readOctets(key)),
    list: (prefix) => data.list(prefix),
  };
}

/** EXAMINE and FETCH at the source; every message of a FETCH is a turn of its own. */
function watchedSource(inner: SourceMailbox, network: Network, worker: Worker): SourceMailbox {
  let dead = false;
  const handle = { worker, cut: () => void (dead = true) };
  network.sessions.add(handle);
  const call = <T>(name: string, run: () => Promise<T>): Promise<T> =>
    network.scheduler.call(worker, name, () => {
      if (dead) throw new MigrationError('CONNECTION_LOST', 'The connection was cut.');
      return run();
    });
  return {
    capabilities: inner.capabilities,
    namespaces: () => inner.namespaces(),
    listFolders: () => inner.listFolders(),
    openFolder: (path) => call(`source.EXAMINE ${path}`, () => inner.openFolder(path)),
    folderStates: (paths) => call('source.STATUS', () => inner.folderStates(paths)),
    survey: (questions) => call('source.survey', () => inner.survey(questions)),
    listMessages: (range) => afterCall(() => call('source.FETCH', async () => inner.listMessages(range))),
    listFlags: (range, since) => afterCall(() => call('source.FETCH FLAGS', async () => inner.listFlags(range, since))),
    fetchHeaders: (uids) => afterCall(() => call('source.FETCH HEADER', async () => inner.fetchHeaders(uids))),
    fetchFrom(path, groups) {
      const uidValidity = call('source.EXAMINE', () => inner.openFolder(path)).then((state) => state.uidValidity);
      return { uidValidity, messages: this.fetchGroups(groups), abandon: async () => {} };
    },
    async *fetchGroups(groups) {
      for (const uids of groups) yield* this.fetchMessages(uids);
    },
    async *fetchMessages(uids) {
      const messages = inner.fetchMessages(uids)[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await call('source.FETCH BODY', () => messages.next());
        if (done) return;
        yield value;
      }
    },
    close: async () => {
      dead = true;
      network.sessions.delete(handle);
    },
  };
}
