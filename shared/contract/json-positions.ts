/** Where the keys of a JSON text stand, so that a mistake can be named by line and column. */
export interface Position {
  line: number;
  column: number;
}

/** By path (`source.host`, `folders.include.0`): where the key, or the array's element, begins. The text is valid JSON. */
export function keyPositions(text: string): Map<string, Position> {
  const positions = new Map<string, Position>();
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)];
  const open: { path: string; array: boolean; index: number; key: string | null }[] = [];
  const pathOf = (): string => {
    const top = open.at(-1);
    const name = top?.array ? String(top.index) : (top?.key ?? '');
    return top === undefined || top.path === '' ? name : `${top.path}.${name}`;
  };
  for (const [i, { 0: token, index }] of tokens.entries()) {
    const top = open.at(-1);
    const startsValue = !/^[}\],:]$/.test(token);
    const isKey = top?.array === false && tokens[i + 1]?.[0] === ':' && token.startsWith('"');
    if (top && isKey) {
      top.key = keyText(token);
      positions.set(pathOf(), positionAt(text, index));
    } else if (top?.array && startsValue) positions.set(pathOf(), positionAt(text, index));
    if (token === '{' || token === '[') open.push({ path: pathOf(), array: token === '[', index: 0, key: null });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && top) top.index += 1;
  }
  return positions;
}

function keyText(token: string): string {
  const value: unknown = JSON.parse(token);
  return String(value);
}

export function positionAt(text: string, index: number): Position {
  const before = text.slice(0, index);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: index - lineStart + 1 };
}
