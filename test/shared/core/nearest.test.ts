import { describe, expect, test } from '@jest/globals';
import { editDistance, nearest } from '../../../shared/core/nearest.ts';

describe('the word that was meant', () => {
  const known = ['host', 'port', 'tls', 'allowPlaintext', 'perMailbox'];
  const rows: [word: string, meant: string | null][] = [
    ['hots', 'host'],
    ['Host', 'host'],
    ['prot', 'port'],
    ['allowPlainText', 'allowPlaintext'],
    ['permailboxes', 'perMailbox'],
    ['certificate', null],
    ['', null],
  ];
  test.each(rows)('%j is %j', (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  test('none is known', () => {
    expect(nearest('host', [])).toBeNull();
  });
});

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['hots', 'host', 1],
])('from %j to %j it is %d', (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
  expect(editDistance(b, a)).toBe(distance);
});
