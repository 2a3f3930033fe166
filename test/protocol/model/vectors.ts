/** A set of equally long vectors of unsigned numbers, numbered in order of arrival. */
const blockVectors = 1 << 14;

export class Vectors {
  count = 0;
  private readonly width: number;
  private readonly blocks: Uint32Array[] = [];
  private table = new Uint32Array(1 << 16);

  constructor(width: number) {
    this.width = width;
  }

  at(index: number): Uint32Array {
    const start = (index % blockVectors) * this.width;
    const block = this.blocks[Math.floor(index / blockVectors)];
    if (!block) throw new Error(`there is no vector ${index}`);
    return block.subarray(start, start + this.width);
  }

  /** Its number: below the count of before when it is known. */
  insert(vector: ArrayLike<number>): number {
    const slot = this.slotOf(vector);
    const known = this.table[slot];
    if (known) return known - 1;
    if (this.count % blockVectors === 0) this.blocks.push(new Uint32Array(blockVectors * this.width));
    const index = this.count++;
    this.at(index).set(vector);
    this.table[slot] = index + 1;
    if (this.count * 2 > this.table.length) this.grow();
    return index;
  }

  private slotOf(vector: ArrayLike<number>): number {
    const mask = this.table.length - 1;
    let slot = this.hash(vector) & mask;
    for (let known = this.table[slot]; known; known = this.table[slot]) {
      if (this.isSame(known - 1, vector)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private hash(vector: ArrayLike<number>): number {
    let hash = 0x811c9dc5;
    for (let i = 0; i < this.width; i++) {
      hash = Math.imul(hash ^ (vector[i] ?? 0), 0x01000193);
      hash ^= hash >>> 13;
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 12)) >>> 0;
  }

  private isSame(index: number, vector: ArrayLike<number>): boolean {
    const block = this.blocks[Math.floor(index / blockVectors)];
    const start = (index % blockVectors) * this.width;
    for (let i = 0; i < this.width; i++) if (block?.[start + i] !== vector[i]) return false;
    return true;
  }

  private grow(): void {
    this.table = new Uint32Array(this.table.length * 2);
    for (let index = 0; index < this.count; index++) this.table[this.slotOf(this.at(index))] = index + 1;
  }
}
