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
