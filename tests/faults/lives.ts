/** As many as there are cores on the smallest machine on which these tests are to be quick. */
const SIDE_BY_SIDE = 2;

/** Lives each of the things, two at a time; the first that fails is thrown once those under way have ended. */
export async function live<Thing>(
  things: readonly Thing[],
  life: (thing: Thing, index: number) => Promise<void>,
): Promise<void> {
  const waiting = [...things.entries()];
  const ended = await Promise.allSettled(Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, thing] = next;
      try {
        await life(thing, index);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  }));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
}
