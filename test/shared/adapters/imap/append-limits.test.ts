/** RFC 7889: limits that a server tells by folder, asked for only where it says so. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { ImapServers } from '../../../../shared/adapters/imap/index.ts';
import { scriptedImap, type ScriptedServer } from '../../../support/scripted-imap.ts';

let server: ScriptedServer;
afterEach(() => server.stop());

const told: Readonly<Record<string, string>> = { INBOX: '35651584', '"Gesendet &APw-"': 'NIL', Archive: '4096' };
const status = (name: string): string => `* STATUS ${name} (APPENDLIMIT ${told[name]})\r\n`;

async function openTarget(capability: string) {
  server = await scriptedImap((command) => {
    if (command.startsWith('CAPABILITY'))
      return `* CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS ${capability}\r\nTAG OK done\r\n`;
    if (command.startsWith('LIST')) return `${Object.keys(told).map(status).join('')}TAG OK done\r\n`;
    const name = /^STATUS (?:"(\w+)"|(".*?")) /.exec(command)?.slice(1).find(Boolean);
    if (name === undefined) return null;
    return name in told ? `${status(name)}TAG OK done\r\n` : 'TAG NO no such folder\r\n';
  });
  return new ImapServers().openTarget(server.endpoint, { user: 'ada', password: 'secret' });
}

const asked = (): string[] => server.commands.filter((command) => command.includes('(APPENDLIMIT)'));
const limits = [
  ['INBOX', 35_651_584],
  ['Archive', 4_096],
];

describe('limits by folder', () => {
  test('come with one command where LIST-STATUS is offered', async () => {
    const target = await openTarget('APPENDLIMIT LIST-EXTENDED LIST-STATUS');
    expect(target.capabilities).toMatchObject({ appendLimitBytes: null, appendLimitByFolder: true });
    expect([...(await target.appendLimits(['INBOX', 'Archive', 'Gesendet ü']))]).toEqual(limits);
    expect(asked()).toEqual(['LIST "" "*" RETURN (STATUS (APPENDLIMIT))']);
  });

  test('come with a STATUS each where it is not, all asked at once; a refused one has none', async () => {
    const target = await openTarget('APPENDLIMIT');
    expect([...(await target.appendLimits(['INBOX', 'Archive', 'Gesendet ü', 'nowhere']))]).toEqual(limits);
    expect(asked()).toHaveLength(4);
  });

  test('are not asked for where one limit counts for all folders, or none is told', async () => {
    const fixed = await openTarget('APPENDLIMIT=1000 LIST-EXTENDED LIST-STATUS');
    expect(fixed.capabilities).toMatchObject({ appendLimitBytes: 1_000, appendLimitByFolder: false });
    expect([...(await fixed.appendLimits(['INBOX', 'Archive']))]).toEqual([]);
    expect(asked()).toEqual([]);
    await server.stop();
    const silent = await openTarget('LIST-EXTENDED LIST-STATUS');
    expect(silent.capabilities).toMatchObject({ appendLimitBytes: null, appendLimitByFolder: false });
    expect([...(await silent.appendLimits(['INBOX', 'Archive']))]).toEqual([]);
    expect(asked()).toEqual([]);
  });
});
