import { simulate, worlds } from "./simulation.ts";
import type { Store } from "./world.ts";

/** A number from the environment. */
function given(name: string): number | undefined {
  const text = Deno.env.get(name);
  return text === undefined ? undefined : Number(text);
}

/**
 * Lives through some seeds. `SEEDS=n` asks for others than the 2,000 of all files, of which this one takes `share`,
 * beginning with the fraction `from` of them; `SEED=n` for that one alone, with all that happened in it.
 */
export function testSeeds(
  name: string,
  file: string,
  open: () => Promise<Store>,
  { from, share }: { readonly from: number; readonly share: number },
): void {
  const all = given("SEEDS") ?? 2_000;
  const [first, count] = [Math.round(all * from), Math.round(all * share)];
  const only = given("SEED");
  const seeds = only === undefined ? Array.from({ length: count }, (_, i) => first + i) : [only];

  Deno.test(`simulation: ${seeds.length} seeds on ${name}`, async () => {
    for (const seed of seeds) {
      await using store = await open();
      try {
        await simulate(seed, store);
      } catch (cause) {
        if (only !== undefined && cause instanceof Error) console.log(worlds.get(cause)?.trace.join("\n"));
        const replay = `SEED=${seed} deno test -A tests/simulation/${file}`;
        throw new Error(
          `seed ${seed}: ${cause instanceof Error ? cause.message : cause}; replay: ${replay}`,
          {
            cause,
          },
        );
      }
    }
  });
}
