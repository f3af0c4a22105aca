import { assertEquals, assertMatch } from "@std/assert";
import { CommandLine, settledDay } from "./command_line.ts";

const DAY = 86_400_000;
const [FIRST, MIDDLE, LAST] = [-1, 0, 1].map((days) =>
  new Date(Date.parse(settledDay()) + days * DAY).toISOString().slice(0, 10)
) as [string, string, string];
const RANGE = ["--from", FIRST, "--to", LAST];
const QUESTION = `SELECT DISTINCT measurement_date::VARCHAR AS day FROM aq_dev.vietnam
  WHERE measurement_date <> '${MIDDLE}' ORDER BY ALL`;

Deno.test("a day whose place is taken fails alone; the other days of its batch are there", async () => {
  await using line = await CommandLine.open();
  assertEquals((await line.run(["materialize", "+vietnam/raw_prod", ...RANGE])).code, 0);
  const place =
    `${line.cwd}/lake-simulated/aq_dev/marts/vietnam/measurement_date=${MIDDLE}/country=Vietnam/part-00000.snappy.parquet`;
  await Deno.mkdir(`${place}/something`, { recursive: true });

  const made = await line.run(["materialize", "vietnam/dev_mart", "vietnam/stations", ...RANGE, "--json"]);
  assertEquals([made.code, made.json.counts], [1, { materialized: 3, unchanged: 0, failed: 1, blocked: 0 }]);
  const [{ asset, partition, message }, ...others] = made.json.errors;
  assertEquals([asset, partition, others], ["vietnam/dev_mart", MIDDLE, []]);
  assertMatch(message, /^publishing ".*": a folder is in its place below ".*", wanted a file or nothing$/);
  const { json: { assets: [mart] } } = await line.run(["status", "vietnam/dev_mart", ...RANGE, "--json"]);
  assertEquals(mart.ranges, [
    { from: FIRST, to: FIRST, state: "fresh" },
    { from: MIDDLE, to: MIDDLE, state: "failed" },
    { from: LAST, to: LAST, state: "fresh" },
  ]);
  assertEquals((await line.run(["materialize", "vietnam/dev_catalog"])).code, 0);
  const asked = await line.run(["inspect", QUESTION, "--json"]);
  assertEquals(asked.json, [{ day: FIRST }, { day: LAST }]);

  await Deno.remove(place, { recursive: true });
  const again = await line.run(["materialize", "vietnam/dev_mart", ...RANGE, "--json"]);
  assertEquals([again.code, again.json.counts.materialized], [0, 1]);
});

for (const kind of ["file", "device"] as const) {
  Deno.test(`a ${kind} in the place of a folder of the lake is named in one line, with what was wanted`, async () => {
    await using line = await CommandLine.open();
    const range = ["--from", FIRST, "--to", FIRST];
    assertEquals((await line.run(["materialize", ...range])).code, 0);
    const commands = [["prune"], ["materialize", "vietnam/locations", "--force"]];
    for (const folder of ["_staging", "aq_raw_prod/_asked", "aq_raw_prod"]) {
      const place = `${line.cwd}/lake-simulated/${folder}`;
      await Deno.rename(place, `${line.cwd}/kept`);
      if (kind === "file") await Deno.writeTextFile(place, "");
      else await new Deno.Command("mkfifo", { args: [place] }).output();
      for (const command of commands) {
        const { code, stdout, stderr } = await line.run(command);
        assertEquals(code, 1, `${folder}: ${command}`);
        assertMatch(
          stderr,
          new RegExp(`opening "${folder}": found a ${kind}, wanted a folder of the lake\\n$`),
        );
        assertEquals([stderr.trim().split("\n").length, /os error/.test(stdout + stderr)], [1, false]);
      }
      await Deno.remove(place);
      await Deno.rename(`${line.cwd}/kept`, place);
    }
    assertEquals((await line.run(["prune"])).code, 0);
  });
}
