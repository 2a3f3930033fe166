import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { folderKeyOf } from '../../../../shared/core/folder-key.ts';
import type { FolderSide } from '../../../../shared/core/plan/folder-names.ts';
import { mapFolders, type FolderMapping } from '../../../../shared/core/plan/map-folders.ts';

/** `Name` or `Name \attribute \attribute`. */
function side(
  paths: readonly string[],
  options: { delimiter?: string; prefix?: string; foreign?: string } = {},
): FolderSide {
  const delimiter = options.delimiter ?? '/';
  return {
    folders: paths.map((text) => {
      const [path = '', ...attributes] = text.split(' \\');
      return { path, delimiter, attributes: attributes.map((a) => `\\${a}`), subscribed: true };
    }),
    namespaces: {
      personal: [{ prefix: options.prefix ?? '', delimiter }],
      foreign: options.foreign === undefined ? [] : [{ prefix: options.foreign, delimiter }],
    },
  };
}

function mapped(source: FolderSide, target: FolderSide, more: Partial<FolderMapping> = {}): Record<string, string> {
  const folders = mapFolders({ source, target, rules: {}, userRoot: null, known: new Map(), ...more });
  return Object.fromEntries(folders.map(({ sourcePath, targetPath }) => [sourcePath, targetPath]));
}

const exchange = side(['INBOX', 'Sent Items \\sent', 'Deleted Items \\trash', 'Drafts \\drafts', 'Junk Email \\junk']);

describe('folders', () => {
  test('keep their names when nothing speaks against it', () => {
    expect(mapped(side(['INBOX', 'Projects', 'Projects/Αρχείο', '📁 emoji']), side(['INBOX']))).toEqual({
      INBOX: 'INBOX',
      Projects: 'Projects',
      'Projects/Αρχείο': 'Projects/Αρχείο',
      '📁 emoji': '📁 emoji',
    });
  });

  test('take the other delimiter, and lose and gain the namespace prefix', () => {
    const courier = side(['INBOX', 'INBOX.Sent', 'INBOX.Work.2024'], { delimiter: '.', prefix: 'INBOX.' });
    expect(mapped(courier, exchange)).toEqual({
      INBOX: 'INBOX',
      'INBOX.Sent': 'Sent Items',
      'INBOX.Work.2024': 'Work/2024',
    });
    const back = side(['INBOX', 'Work', 'Work/v1.2'], {});
    expect(mapped(back, side(['INBOX'], { delimiter: '.', prefix: 'INBOX.' }))).toEqual({
      INBOX: 'INBOX',
      Work: 'INBOX.Work',
      'Work/v1.2': 'INBOX.Work.v1_2',
    });
  });

  test('special ones are found by attribute, then by name in the user’s language; children follow', () => {
    const source = side(['INBOX', 'Απεσταλμένα', 'Απεσταλμένα/2023', 'Papierkorb', 'Entwürfe \\drafts', 'Spam/Old']);
    expect(mapped(source, exchange)).toEqual({
      INBOX: 'INBOX',
      Απεσταλμένα: 'Sent Items',
      'Απεσταλμένα/2023': 'Sent Items/2023',
      Papierkorb: 'Deleted Items',
      Entwürfe: 'Drafts',
      'Spam/Old': 'Spam/Old',
    });
  });

  test('an attribute wins over a name, and two folders never share a target', () => {
    const source = side(['Sent', 'Sent Items', 'Verschickt \\sent']);
    const result = mapped(source, exchange);
    expect(result['Verschickt']).toBe('Sent Items');
    expect(new Set(Object.values(result)).size).toBe(3);
  });

  test('that differ in case only are told apart, because Exchange would not', () => {
    const result = mapped(side(['Archive/Work', 'Archive/work']), side([]));
    expect(Object.values(result)).toEqual(['Archive/Work', 'Archive/work (2)']);
  });

  test('whose escaped names meet are told apart', () => {
    const source = side(['a/b', 'a_b'], { delimiter: '.' });
    expect(Object.values(mapped(source, side([])))).toEqual(['a_b', 'a_b (2)']);
  });

  test('views, shared folders and folders without messages stay out', () => {
    const source = side(
      ['INBOX', '[Gmail] \\noselect', '[Gmail]/All Mail \\all', '[Gmail]/Starred \\flagged', 'shared/Sales'],
      { foreign: 'shared/' },
    );
    expect(mapped(source, side([]))).toEqual({ INBOX: 'INBOX' });
  });

  test('are included and excluded by glob or attribute', () => {
    const source = side(['INBOX', 'Junk \\junk', 'Lists/a', 'Lists/b', 'Work']);
    const rules = { exclude: ['\\Junk', 'lists/*'] };
    expect(Object.keys(mapped(source, side([]), { rules }))).toEqual(['INBOX', 'Work']);
    expect(Object.keys(mapped(source, side([]), { rules: { include: ['INBOX', '*b'] } }))).toEqual([
      'INBOX',
      'Lists/b',
    ]);
  });

  test('are renamed by the map, with their children, and put below the target root', () => {
    const source = side(['INBOX', 'Old', 'Old/2019']);
    expect(mapped(source, side([]), { rules: { map: { Old: 'Archive/Before' } } })).toEqual({
      INBOX: 'INBOX',
      Old: 'Archive/Before',
      'Old/2019': 'Archive/Before/2019',
    });
    expect(mapped(source, side([]), { rules: { targetRoot: 'Old mailbox' } })).toEqual({
      INBOX: 'Old mailbox/INBOX',
      Old: 'Old mailbox/Old',
      'Old/2019': 'Old mailbox/Old/2019',
    });
  });

  test('below a UserRoot are a mailbox of their own', () => {
    const source = side(['INBOX', 'users/terry', 'users/terry/Sent', 'users/kim']);
    expect(mapped(source, exchange, { userRoot: '/users/terry' })).toEqual({
      'users/terry': 'INBOX',
      'users/terry/Sent': 'Sent Items',
    });
  });

  test('keep the target of earlier passes, whatever has changed since', () => {
    const known = new Map([[folderKeyOf('Sent'), 'Sent']]);
    expect(mapped(side(['Sent', 'sent']), exchange, { known })).toEqual({ Sent: 'Sent', sent: 'Sent Items' });
  });

  test('take the spelling of a folder that the target has already', () => {
    expect(mapped(side(['PROJECTS']), side(['Projects']))).toEqual({ PROJECTS: 'Projects' });
  });
});

test('any set of names leads to distinct targets without control characters, the same each time', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'A', 'α', '/', '.', '_', ' ', '\u0007', 'é'),
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.constantFrom('/', '.'), (names, delimiter) => {
      const source = side(
        names.map((n) => n.replaceAll(' \\', '')),
        { delimiter: '/' },
      );
      const target = side(['INBOX'], { delimiter });
      const once = mapFolders({ source, target, rules: {}, userRoot: null, known: new Map() });
      const paths = once.map((f) => f.targetPath.toLowerCase().normalize('NFC'));
      expect(new Set(paths).size).toBe(paths.length);
      expect(paths.some((path) => path.includes('\u0007'))).toBe(false);
      expect(mapFolders({ source, target, rules: {}, userRoot: null, known: new Map() })).toEqual(once);
    }),
  );
});

describe('a Gmail account (F27)', () => {
  const gmail = side([
    'INBOX',
    'Receipts',
    'Receipts/2024',
    '[Gmail] \\noselect',
    '[Gmail]/All Mail \\all',
    '[Gmail]/Drafts \\drafts',
    '[Gmail]/Important \\important',
    '[Gmail]/Sent Mail \\sent',
    '[Gmail]/Spam \\junk',
    '[Gmail]/Starred \\flagged',
    '[Gmail]/Trash \\trash',
  ]);
  const labels = {
    INBOX: 'INBOX',
    Receipts: 'Receipts',
    'Receipts/2024': 'Receipts/2024',
    '[Gmail]/Drafts': 'Drafts',
    '[Gmail]/Sent Mail': 'Sent Items',
    '[Gmail]/Spam': 'Junk Email',
    '[Gmail]/Trash': 'Deleted Items',
  };

  test('is taken label by label, without the views All Mail, Important and Starred', () => {
    expect(mapped(gmail, exchange)).toEqual(labels);
  });

  test('gives All Mail too when asked, for mail that bears no label', () => {
    const rules = { include: ['*'], exclude: ['\\Important', '\\Flagged'], map: { '[Gmail]/All Mail': 'Archive' } };
    expect(mapped(gmail, exchange, { rules })).toEqual({ ...labels, '[Gmail]/All Mail': 'Archive' });
  });
});

describe('whatever the names', () => {
  const level = fc.oneof(
    fc.constantFrom(
      'INBOX',
      'inbox',
      'Sent',
      'sent',
      'a',
      'A',
      'ä',
      'a\u0308',
      'ﬁ',
      'fi',
      '…',
      ' ',
      '%',
      '*',
      '"',
      '&',
      '👍',
    ),
    fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((name) => !/[/.]/.test(name)),
  );
  const paths = (delimiter: string) =>
    fc.uniqueArray(
      fc
        .array(level, { minLength: 1, maxLength: 3 })
        .map((levels) => levels.join(delimiter))
        // As the port promises: there is one, and it is spelled so.
        .map((path) => (path.toUpperCase() === 'INBOX' ? 'INBOX' : path)),
      { maxLength: 20 },
    );
  const sides = fc.record({ source: paths('/'), target: paths('.'), prefix: fc.constantFrom('', 'INBOX.') });
  const plain = (list: readonly string[], delimiter: string, prefix = ''): FolderSide => ({
    folders: list.map((path) => ({ path, delimiter, attributes: [], subscribed: true })),
    namespaces: { personal: [{ prefix, delimiter }], foreign: [] },
  });

  test('two folders never share a target, also not one that differs in case only', () => {
    fc.assert(
      fc.property(sides, ({ source, target, prefix }) => {
        const targets = Object.values(mapped(plain(source, '/'), plain(target, '.', prefix)));
        expect(new Set(targets.map((path) => path.toLowerCase())).size).toBe(targets.length);
      }),
    );
  });

  test('a folder keeps its target when others come and go between passes', () => {
    fc.assert(
      fc.property(sides, paths('/'), ({ source, target, prefix }, later) => {
        const to = plain(target, '.', prefix);
        const first = mapFolders({
          source: plain(source, '/'),
          target: to,
          rules: {},
          userRoot: null,
          known: new Map(),
        });
        const known = new Map(first.map(({ folderKey, targetPath }) => [folderKey, targetPath]));
        const grown = plain([...new Set([...later, ...source])], '/');
        const second = mapFolders({ source: grown, target: to, rules: {}, userRoot: null, known });
        const after = new Map(second.map(({ folderKey, targetPath }) => [folderKey, targetPath]));
        for (const { folderKey, targetPath } of first) expect(after.get(folderKey)).toBe(targetPath);
        const targets = [...after.values()].map((path) => path.toLowerCase());
        expect(new Set(targets).size).toBe(targets.length);
      }),
    );
  });

  test('every folder that can be opened is mapped', () => {
    fc.assert(
      fc.property(sides, ({ source, target, prefix }) => {
        const at = mapped(plain(source, '/'), plain(target, '.', prefix));
        expect(Object.keys(at).sort()).toEqual([...source].sort());
      }),
    );
  });
});
