/** Neighbours together, as long as they are not too much: each group at least one. */
export function groupsOf<T>(items: readonly T[], sizeOf: (item: T) => number, most: number): T[][] {
  const groups: T[][] = [];
  let size = 0;
  for (const item of items) {
    const more = sizeOf(item);
    const group = groups.at(-1);
    if (group && size + more <= most) group.push(item);
    else groups.push([item]);
    size = group && size + more <= most ? size + more : more;
  }
  return groups;
}
