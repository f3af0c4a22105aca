import { assert, assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { filesBelow } from "./content.ts";
import { Place } from "./place.ts";
import { Server } from "./server.ts";

const RANGE = ["--from", "2024-03-01", "--to", "2024-03-05"];

Deno.test("a damaged raw hour is named in one line, its day waits, all other days go on", async () => {
  await using server = new Server();
  await using place = await made(server);
  const hour = fileBelow(`${place.lake}/aq_raw_prod/year=2024/month=03/day=03/hour=07`);
  await Deno.writeFile(hour, (await Deno.readFile(hour)).map((byte, i) => i > 20 ? byte ^ 0x55 : byte));
  const before = await place.ask(["inspect", "SELECT count(*) AS n FROM prod_db.vietnam"]);

  const ended = await place.run(["materialize", "vietnam/dev_mart", "--force", "--json", ...RANGE]);
  assertEquals(ended.code, 1);
  assertEquals(ended.errors.length, 1, ended.stderr);
  assertMatch(
    ended.errors[0]!,
    /^vietnam\/dev_mart 2024-03-03: needs vietnam\/raw_prod 2024-03-03T07, which is damaged/,
  );
  const { materialized, failed, blocked } = ended.json.counts;
  assertEquals({ materialized, failed, blocked }, { materialized: 4, failed: 0, blocked: 1 });
  assertEquals(await place.ask(["inspect", "SELECT count(*) AS n FROM prod_db.vietnam"]), before);
});

Deno.test("a damaged Parquet of prod is named in one line, and made again when that is asked for", async () => {
  await using server = new Server();
  await using place = await made(server);
  const day = fileBelow(`${place.lake}/aq_prod/marts/vietnam/measurement_date=2024-03-03`);
  const whole = await Deno.readFile(day);
  await Deno.writeFile(day, whole.map((byte, i) => i > 4 ? byte ^ 0x55 : byte));

  const read = await place.run(["inspect", "SELECT avg(pm25) FROM prod_db.vietnam"]);
  assertEquals([read.code, read.errors.length], [1, 1], read.stderr);
  assertMatch(read.errors[0]!, /2024-03-03/);
  const checked = await place.run(["check", "vietnam/prod_mart", ...RANGE]);
  assertEquals(checked.code, 1);
  assert(
    checked.errors.length > 0 && checked.errors.every((line) => line.includes("2024-03-03")),
    checked.stderr,
  );

  const again = await place.run(["materialize", "vietnam/prod_mart", "--force", ...RANGE]);
  assertEquals({ code: again.code, stderr: again.stderr }, { code: 0, stderr: "" });
  assertEquals(await Deno.readFile(day), whole);
});

Deno.test("what does not belong together is refused in one line and left as it was", async () => {
  await using server = new Server();
  await using place = await made(server);
  const refused = async (env: Record<string, string>, says: RegExp) => {
    const before = [...filesBelow(place.lake)];
    const { code, errors, stdout } = await place.run(["materialize", ...RANGE], { env });
    assert(code === 1 || code === 2, stdout);
    assertEquals(errors.length, 1, errors.join("\n"));
    assertMatch(errors[0]!, says);
    assertEquals([...filesBelow(place.lake)], before);
  };
  await using other = new Server({ dataset: { ...server.dataset, source: "simulated:2" } });
  await refused(other.env, /holds data of simulated:1, wanted another LAKE_URL for simulated:2$/);
  await refused({ PIPELINE_ENV: "dev" }, /serves PIPELINE_ENV=prod, wanted another LAKE_URL for dev$/);
  await refused({ STATE_URL: `${place.folder}/new.sqlite` }, /was made with another state/);
  {
    using db = new DatabaseSync(place.state);
    db.exec("PRAGMA user_version = 999");
  }
  await refused({}, /has schema version 999, this Airgraph knows up to \d+, wanted a newer Airgraph/);
});

async function made(server: Server): Promise<Place> {
  const place = await Place.make(server.env);
  assertEquals((await place.run(["materialize", ...RANGE])).code, 0);
  return place;
}

function fileBelow(folder: string): string {
  const [path] = filesBelow(folder);
  if (path === undefined) throw new Error(`found no file below "${folder}"`);
  return path;
}
