/** A number in [0, 1) that depends on all four alone, and looks random. */
export function noise(seed: number, a: number, b: number, c: number): number {
  let hash = seed ^ 0x9e3779b9;
  for (let i = 0; i < 3; i++) {
    hash = Math.imul(hash ^ (i === 0 ? a : i === 1 ? b : c), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}
