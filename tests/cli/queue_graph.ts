import { all, definer, from, graph as graphOf, type Output, sourceFile, staticKeys } from "../../core/mod.ts";

const { asset } = definer<unknown>();

/** The folder of the files that say, by key, what becomes of a partition: `fail`, `wait` until it is told to end, or be `deaf`. */
export const orders = { folder: Deno.env.get("ORDERS") ?? "" };

const parts = asset({
  key: "q/parts",
  sources: [sourceFile("queue_graph.ts")],
  partitions: staticKeys(["a", "b", "c", "d"]),
  batch: { most: 4 },
  async *materialize({ partitions, signal, progress }) {
    for (const { ordinal, key } of partitions) {
      const order = await Deno.readTextFile(`${orders.folder}/${key}`).catch(() => "");
      if (order === "wait") {
        progress(ordinal, 4, "parts");
        await Deno.writeTextFile(`${orders.folder}/${key}.waits`, "");
        await new Promise<void>((resolve) => {
          const still = setInterval(() => {}, 1_000);
          signal.addEventListener("abort", () => resolve(clearInterval(still)));
        });
        throw signal.reason;
      }
      if (order === "deaf") {
        progress(ordinal, 4, "parts");
        await Deno.writeTextFile(`${orders.folder}/${key}.waits`, "");
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      }
      yield [order === "fail" ? { partition: ordinal, error: "as it was told" } : made(ordinal)];
    }
  },
});

const whole = asset({
  key: "q/whole",
  sources: [sourceFile("queue_graph.ts")],
  deps: { parts: from(parts, all) },
  async *materialize() {
    yield await Promise.resolve([made(0)]);
  },
});

function made(partition: number): Output {
  return { partition, dataVersion: "1" };
}

export const graph = graphOf([parts, whole]);
