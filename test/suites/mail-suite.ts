/** What every mail adapter must do: run by the in-memory one and by the real one against a real server. */
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { SourceMailbox, TargetMailbox } from '../../shared/ports/mail.ts';
import { folderRules } from './mail/folders.ts';
import { readingRules } from './mail/reading.ts';
import { sessionRules } from './mail/sessions.ts';
import type { Mailbox, MailWorld, Suite } from './mail/world.ts';
import { writingRules } from './mail/writing.ts';

export type { Mailbox, MailWorld } from './mail/world.ts';

export function mailSuite(name: string, makeWorld: () => Promise<MailWorld>): void {
  describe(name, () => {
    let world: MailWorld;
    const opened: { close(): Promise<void> }[] = [];
    beforeAll(async () => {
      world = await makeWorld();
    });
    afterAll(async () => {
      for (const session of opened) await session.close();
      await world.close();
    });
    const source = async (mailbox: Mailbox): Promise<SourceMailbox> => {
      const session = await world.servers.openSource(world.endpoint, mailbox.login);
      opened.push(session);
      return session;
    };
    const target = async (mailbox: Mailbox): Promise<TargetMailbox> => {
      const session = await world.servers.openTarget(world.endpoint, mailbox.login);
      opened.push(session);
      return session;
    };
    const suite: Suite = { mailbox: () => world.mailbox(), source, target, world: () => world };
    readingRules(suite);
    folderRules(suite);
    writingRules(suite);
    sessionRules(suite);
  });
}
