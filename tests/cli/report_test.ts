import { assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { CommandLine } from "./command_line.ts";

const env = { GRAPH: fromFileUrl(new URL("./shops_graph.ts", import.meta.url)) };
const DAYS = ["--from", "2026-01-05", "--to", "2026-01-06"];
const HOW =
  'is external and missing: report it with "report ext/weather --partition K --version V [--rows N] [--file PATH]…"';
const FIFTH = ["report", "ext/weather", "--partition", "2026-01-05"];

Deno.test("what is external and missing is no success, and the line says what reports it", async () => {
  await using line = await CommandLine.open();
  const made = await line.run(["materialize", "ext/weather", ...DAYS], { env });
  assertEquals([made.code, made.stderr], [1, `ext/weather 2026-01-05 … 2026-01-06: ${HOW}\n`]);
  const { json } = await line.run(["materialize", "ext/weather", ...DAYS, "--json"], { env });
  assertEquals([json.status, json.counts.blocked], ["failed", 2]);

  const told = `ext/weather 2026-01-05 … 2026-01-06 (2) ${HOW}\n`;
  for (const command of [["plan"], ["materialize", "--dry-run"]]) {
    const planned = await line.run([...command, "ext/weather", ...DAYS], { env });
    assertEquals([planned.code, planned.stdout], [0, told]);
  }
  const plan = await line.run(["plan", "ext/weather", ...DAYS, "--json"], { env });
  assertEquals(plan.json, {
    steps: [],
    external: [{ asset: "ext/weather", from: "2026-01-05", to: "2026-01-06", count: 2, state: "missing" }],
  });
  const reader = await line.run(["materialize", "ny/sales", "--partition", "2026-01-05"], { env });
  assertEquals(
    [reader.code, reader.stderr],
    [1, "ny/sales 2026-01-05: needs ext/weather 2026-01-05, which is missing: it is external, report it\n"],
  );
});

Deno.test("a report makes what reads the partition stale once its version differs", async () => {
  await using line = await CommandLine.open();
  const told = await line.run([...FIFTH, "--version", "a", "--rows", "24"], { env });
  assertEquals([told.code, told.stderr], [0, ""]);
  assertEquals(told.stdout, "ext/weather 2026-01-05: reported as version a, 24 rows\n");
  const sales = ["ny/sales", "--partition", "2026-01-05"];
  assertEquals((await line.run(["materialize", ...sales], { env })).code, 0);

  const common = { asset: "ext/weather", partition: "2026-01-05", warnings: [] };
  const again = await line.run([...FIFTH, "--version", "a", "--json"], { env });
  assertEquals([again.code, again.json], [0, { ...common, version: "a", changed: false }]);
  assertEquals((await line.run(["plan", ...sales, "--json"], { env })).json, { steps: [] });
  const other = await line.run([...FIFTH, "--version", "b", "--json"], { env });
  assertEquals([other.code, other.json], [0, { ...common, version: "b", changed: true }]);
  const { json: { steps } } = await line.run(["plan", ...sales, "--json"], { env });
  assertEquals([steps.length, steps[0].causes[0].asset], [1, "ext/weather"]);

  const one = await line.run(["materialize", "ext/weather", "--partition", "2026-01-05"], { env });
  assertEquals([one.code, one.stdout], [0, "nothing to do: everything selected is fresh\n"]);
});

Deno.test("files are measured as they stand in the lake, and looked at by check", async () => {
  await using line = await CommandLine.open();
  const folder = `${line.cwd}/lake-simulated`;
  await Deno.mkdir(`${folder}/weather`, { recursive: true });
  await Deno.writeTextFile(`${folder}/weather/5.csv`, "12 degrees");
  const files = ["--file", "weather/5.csv"];
  assertEquals((await line.run([...FIFTH, "--version", "a", ...files], { env })).code, 0);
  const day = ["ext/weather", "--partition", "2026-01-05"];
  const checked = await line.run(["check", ...day, "--json"], { env });
  assertEquals([checked.code, checked.json.passed], [0, 1]);
  await Deno.writeTextFile(`${folder}/weather/5.csv`, "13 degrees");
  assertEquals((await line.run(["check", ...day], { env })).code, 1);
  const damaged = (await line.run(["status", ...day.slice(0, 1), ...DAYS], { env })).stdout;
  assertStringIncludes(
    damaged,
    'a published file is gone or has other bytes: report it with "report ext/weather --partition K ',
  );
  assertEquals(damaged.includes("materialize makes it again"), false);
  assertEquals((await line.run([...FIFTH, "--version", "b", ...files], { env })).code, 0);
  assertEquals((await line.run(["check", ...day], { env })).code, 0);

  const missing = await line.run([...FIFTH, "--version", "c", ...files, "--file", "weather/6.csv"], { env });
  assertEquals(
    [missing.code, missing.stderr],
    [2, 'reporting "ext/weather": found no file "weather/6.csv" in the lake, wanted it there\n'],
  );
  assertEquals(await Deno.readTextFile(`${folder}/weather/5.csv`), "13 degrees", "others' files stay");
  await Deno.symlink("/etc", `${folder}/weather/away`);
  for (const path of ["../secret", "/etc/passwd", "weather/../5.csv", "weather/away/passwd", "weather"]) {
    const { code, stderr } = await line.run([...FIFTH, "--version", "c", "--file", path], { env });
    assertEquals([path, code, stderr.split("\n").length], [path, 2, 2]);
  }
});

Deno.test("a report that cannot be meant is wrong use and records nothing", async () => {
  await using line = await CommandLine.open();
  const version = ["--version", "a"];
  for (
    const [args, says] of [
      [[], "found no --version"],
      [version, "found no asset, wanted one"],
      [["ext/wether", ...version], 'did you mean "ext/weather"?'],
      [["*", ...version], "found 3 assets, wanted one"],
      [["ny/shops", "--partition", "bronx", ...version], "found an asset that the graph makes itself"],
      [["ext/weather", ...version], "found no partition, wanted one of its own"],
      [["ext/weather", "--partition", "bronx", ...version], 'found partition "bronx", wanted one of its own'],
      [["ext/weather", "--partition", "2150-01-01", ...version], "wanted one that exists by now"],
      [["ext/weather", "--partition", "2026-01-05"], "found no --version, wanted one"],
      [["ext/weather", "--partition", "2026-01-05", "--version="], "found --version without a value"],
      [["ext/weather", "--partition", "2026-01-05", ...version, "--rows", "x"], "wanted a whole number"],
    ] as const
  ) {
    const { code, stdout, stderr } = await line.run(["report", ...args], { env });
    assertEquals([args, code, stdout, stderr.split("\n").length], [args, 2, "", 2]);
    assertStringIncludes(stderr, says);
  }
  const { json } = await line.run(["status", "ext/weather", ...DAYS, "--json"], { env });
  assertEquals(json.assets[0].partitions.missing, 2);
});
