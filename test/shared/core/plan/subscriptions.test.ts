import { describe, expect, test } from '@jest/globals';
import { hiddenFolders } from '../../../../shared/core/plan/subscriptions.ts';

const folder = (path: string, subscribed: boolean) => ({ path, subscribed, delimiter: '/', attributes: [] });

describe('a folder of the source is hidden at the target', () => {
  test('if it is not subscribed there while others are; INBOX never', () => {
    const folders = [folder('INBOX', false), folder('Seen', true), folder('Hidden', false)];
    expect(hiddenFolders(folders)).toEqual(['Hidden']);
  });

  test('not where nobody subscribes to anything', () => {
    expect(hiddenFolders([folder('INBOX', false), folder('Work', false)])).toEqual([]);
  });
});
