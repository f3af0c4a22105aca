/** Numbers in [0, 1) that follow from the seed. See mulberry32 by Tommy Ettinger. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random numbers of its own for something that has a name, whatever else was drawn before. */
export function seededBy(seed: number, name: string): () => number {
  return seeded(
    [...name].reduce((mixed, letter) => Math.imul(mixed ^ letter.codePointAt(0)!, 0x01000193), seed),
  );
}

/**
 * The seed to use: `SEED` where that is given, else a new one; printed, so that what fails can be tried again. With `CI`
 * it is always the same: a change passes or fails for what it changed.
 */
export function chosenSeed(): number {
  const fixed = Deno.env.get("SEED") ?? (Deno.env.has("CI") ? "1" : undefined);
  const seed = Number(fixed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  console.log(`SEED=${seed}`);
  return seed;
}

/** So many of the things, spread evenly over all of them; each is one of its share by chance. */
export function spread<Thing>(things: readonly Thing[], count: number, random: () => number): Thing[] {
  const share = things.length / Math.min(count, things.length);
  return Array.from(
    { length: Math.min(count, things.length) },
    (_, i) => things[Math.floor((i + random()) * share)]!,
  );
}
