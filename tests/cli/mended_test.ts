import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { CommandLine } from "./command_line.ts";

const CORE = new URL("../../core/mod.ts", import.meta.url).href;

/** A graph of one asset that is asked for by itself; its code is a number, and fails while that is odd. */
function graphText(code: number): string {
  return `
    import { definer, eager, graph as graphOf } from ${JSON.stringify(CORE)};
    const { asset } = definer();
    export const graph = graphOf([asset({
      key: "lit/lamp",
      code: "${code}",
      automation: eager(),
      async *materialize() {
        if (${code % 2} === 1) throw new Error("found no wick ${code}");
        yield [{ partition: 0, dataVersion: "1" }];
      },
    })]);`;
}

Deno.test("code that failed waits an hour, and once it is mended no more: status, plan and automation say so", async () => {
  await using line = await CommandLine.open();
  const run = async (code: number, ...args: string[]) => {
    const GRAPH = join(line.cwd, `graph_${code}.ts`);
    await Deno.writeTextFile(GRAPH, graphText(code));
    return await line.run(args, { env: { GRAPH } });
  };
  assertEquals((await run(1, "daemon", "--once")).code, 1);
  const again = await run(1, "daemon", "--once");
  assertStringIncludes(again.stdout, "nothing is due\n");
  const waits = await run(1, "automation", "lit/lamp");
  assertMatch(waits.stdout, /^lit\/lamp waits: failed less than 1 hour ago/);
  assertMatch((await run(1, "plan")).stdout, /^lit\/lamp: missing, failed: found no wick 1\n/);

  // Code that is not registered yet is what a command of it would do.
  assertMatch(
    (await run(2, "plan")).stdout,
    /^lit\/lamp: missing, failed: found no wick 1; the code has changed since\n/,
  );
  assertMatch((await run(2, "status")).stdout, /found no wick 1; the code has changed since\n/);
  assertMatch((await run(2, "automation", "lit/lamp")).stdout, /^lit\/lamp runs/);
  const mended = await run(3, "daemon", "--once");
  assertMatch(mended.shown, /found no wick 3/, "other code is tried at once, and fails by itself");
  assertStringIncludes((await run(3, "daemon", "--once")).stdout, "nothing is due\n");
  const made = await run(4, "daemon", "--once");
  assertEquals(made.code, 0, made.shown);
  assertEquals((await run(4, "status", "--check")).code, 0);
});

Deno.test("code that goes back to what failed waits as it did", async () => {
  await using line = await CommandLine.open();
  const run = async (code: number, ...args: string[]) => {
    const GRAPH = join(line.cwd, `graph_${code}.ts`);
    await Deno.writeTextFile(GRAPH, graphText(code));
    return await line.run(args, { env: { GRAPH } });
  };
  await run(1, "daemon", "--once");
  await run(2, "ls");
  assertMatch(
    (await run(1, "automation", "lit/lamp")).stdout,
    /^lit\/lamp waits: failed less than 1 hour ago/,
  );
});
