import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { openStorage } from "../../app/storage.ts";
import { askedHours } from "../../assets/vietnam/raw/asked_records.ts";
import { DAY, HOUR } from "../../core/mod.ts";
import { CommandLine } from "../cli/command_line.ts";

const DAYS = ["--from", "2024-03-01", "--to", "2024-03-02"];

Deno.test("the lake knows which hours were asked, also one that was made before lakes held that", async () => {
  await using line = await CommandLine.open();
  const lake = join(line.cwd, "lake");
  const env = { LAKE_URL: lake, STATE_URL: join(line.cwd, "state.sqlite") };
  const run = async (...args: string[]) => {
    const { code, stderr } = await line.run(args, { env });
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, args.join(" "));
  };
  const asked = async () => {
    const { hours, damaged } = await askedHours(openStorage({ lake }).store, "aq_raw_prod");
    assertEquals(damaged, []);
    return hours.map(({ hour, rows, askedAt }) => ({ hour, rows, askedAt }));
  };

  await run("materialize", "+vietnam/raw_prod", ...DAYS);
  const found = await asked();
  const from = Date.UTC(2024, 2, 1);
  assertEquals(found.map(({ hour }) => hour), Array.from({ length: 48 }, (_, i) => from + i * HOUR));
  assert(found.every(({ rows, askedAt }) => rows > 0 && askedAt > Date.now() - DAY));

  await Deno.remove(join(lake, "aq_raw_prod", "_asked"), { recursive: true });
  await run("plan", ...DAYS);
  assertEquals(await asked(), []);
  await run("materialize", "+vietnam/raw_prod", ...DAYS);
  assertEquals(await asked(), found);
  await run("prune");
  assertEquals(await asked(), found);
  assertEquals([...Deno.readDirSync(join(lake, "aq_raw_prod", "_asked"))].length, 1);
  assertEquals([...Deno.readDirSync(join(lake, "_staging"))].map(({ name }) => name), []);
});
