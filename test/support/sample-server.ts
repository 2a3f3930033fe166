/** The server of a test file, with a mailbox that holds the sample; the source is never changed, so all its tests share it. */
import { afterAll, beforeAll } from '@jest/globals';
import type { MailServer } from '../../demo/dovecot.ts';
import { freshUser, startQuickDovecot } from './dovecot.ts';
import { password } from './imap-world.ts';
import { plantSample } from './plant.ts';
import type { Sample } from './sweep.ts';

export interface SampleServer {
  server: MailServer;
  sample: Sample;
}

/** Ask for it in a test or a later `beforeAll`, not while the tests are declared. */
export function sampleServer(): () => SampleServer {
  let started: SampleServer | undefined;
  beforeAll(async () => {
    const server = await startQuickDovecot(password);
    const access = { host: server.host, port: server.port, user: freshUser(), password };
    started = { server, sample: { ...access, messages: await plantSample(access) } };
  });
  afterAll(() => started?.server.stop());
  return () => {
    if (!started) throw new Error('The server is not started yet.');
    return started;
  };
}
