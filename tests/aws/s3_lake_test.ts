import { assert, assertEquals, assertMatch } from "@std/assert";
import { Place } from "../faults/place.ts";
import { Server } from "../faults/server.ts";
import { BucketServer, KEYS, refusal } from "./bucket_server.ts";

const MAKE = ["materialize", "--from", "2018-01-05", "--to", "2018-01-05"];
const TABLES = ["raw_db.openaq_raw", "dev_db.vietnam", "prod_db.vietnam", "aq_prod.pm25_by_day"];
const MART = "aq_prod/marts/vietnam";

/** Beside how the lake is reached: the same source, and both marts. */
function settingsOf(source: Server): Record<string, string> {
  return { ...source.env, PIPELINE_ENV: "prod" };
}

async function onS3(source: Server, store: BucketServer): Promise<Place> {
  return await Place.make({ ...settingsOf(source), ...store.env(await store.bucket()) });
}

/** What `inspect` answers of each table, without the times at which answers came. */
async function tablesOf(place: Place): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for (const table of TABLES) {
    const columns = table === "raw_db.openaq_raw" ? "* EXCLUDE (extracted_at)" : "*";
    const { code, stdout, stderr } = await place.run([
      "inspect",
      `SELECT ${columns} FROM ${table} ORDER BY ALL`,
      "--format",
      "csv",
    ]);
    assertEquals(code, 0, stderr);
    rows[table] = stdout;
  }
  return rows;
}

/** The causes for which anything of the days would be made. */
async function causesOf(place: Place): Promise<string[]> {
  const { json } = await place.run(["plan", ...MAKE.slice(1), "--json"]);
  const causes = json.steps.flatMap(({ causes }: { causes: { kind: string }[] }) =>
    causes.map(({ kind }) => kind)
  );
  return [...new Set<string>(causes)];
}

Deno.test("a lake on S3 has the rows of one in a folder, and each file once", async () => {
  await using source = new Server();
  await using store = await BucketServer.start();
  await using place = await onS3(source, store);
  await using folder = await Place.make(settingsOf(source));
  for (const each of [place, folder]) {
    const { code, stderr } = await each.run(MAKE);
    assertEquals(code, 0, stderr);
  }
  const rows = await tablesOf(place);
  assertEquals(rows, await tablesOf(folder));
  assert(rows["prod_db.vietnam"]!.split("\n").length > 20, rows["prod_db.vietnam"]);

  const asked = source.requests;
  const again = await place.run(MAKE);
  assertMatch(again.stdout, /nothing to do/);
  assertEquals(source.requests, asked);
});

Deno.test("what is killed while it publishes on S3 is completed by the next, and no answer is asked for twice", async () => {
  await using source = new Server();
  await using store = await BucketServer.start();
  await using whole = await onS3(source, store);
  assertEquals((await whole.run(MAKE)).code, 0);
  const [rows, asked] = [await tablesOf(whole), source.requests];

  for (const [zone, most] of Object.entries({ aq_raw_prod: 10, aq_dev: 1, aq_prod: 1 })) {
    await using place = await onS3(source, store);
    const before = source.requests;
    const program = place.start(MAKE);
    let puts = 0;
    store.fault = async ({ method, url }) => {
      const path = decodeURIComponent(new URL(url).pathname);
      if (method !== "PUT" || !path.includes(`/${zone}/`) || path.includes("/_")) return undefined;
      if (++puts !== most) return undefined;
      store.fault = undefined;
      program.signal("SIGKILL");
      await program.ended;
      return refusal(400, "Killed");
    };
    await program.ended;
    assertEquals([puts, store.fault], [most, undefined], zone);
    const { code, stderr } = await place.run(MAKE);
    assertEquals(code, 0, stderr);
    assertEquals(await tablesOf(place), rows, zone);
    assertEquals(await causesOf(place), [], zone);
    assertEquals(source.requests - before, asked, zone);
  }
});

Deno.test("S3 that is slow, refuses some requests and loses answers costs nothing but time", async () => {
  await using source = new Server();
  await using store = await BucketServer.start();
  await using place = await onS3(source, store);
  let requests = 0;
  store.fault = async (request) => {
    requests++;
    if (requests % 29 === 0) return refusal(503, "SlowDown");
    if (requests % 37 === 0) return refusal(500, "InternalError");
    if (requests % 11 === 0 && request.method === "PUT") {
      await store.pass(request);
      return refusal(503, "ServiceUnavailable");
    }
    return undefined;
  };
  const { code, stderr } = await place.run(MAKE);
  assertEquals(code, 0, stderr);
  store.fault = undefined;
  assertEquals(await causesOf(place), []);
});

Deno.test("an object that others changed or took away is noticed, and made again", async () => {
  await using source = new Server();
  await using store = await BucketServer.start();
  await using place = await onS3(source, store);
  assertEquals((await place.run(MAKE)).code, 0);
  const rows = await tablesOf(place);
  for (const damage of ["gone", "other"]) {
    await store.damage(place.lake, MART, damage === "gone" ? undefined : new TextEncoder().encode("bad"));
    assert((await causesOf(place)).includes("damaged"), damage);
    const { code, stderr } = await place.run(MAKE);
    assertEquals(code, 0, stderr);
    assertEquals(await tablesOf(place), rows, damage);
    assertEquals(await causesOf(place), [], damage);
  }
});

Deno.test("a bucket that is not there, or not to be reached, is one line", async () => {
  await using source = new Server();
  await using store = await BucketServer.start();
  const settings = { ...settingsOf(source), AWS_ENDPOINT_URL: store.url, ...KEYS };
  await using none = await Place.make({ ...settings, LAKE_URL: "s3://no-such-bucket" });
  for (const command of [MAKE, ["status"], ["plan"]]) {
    const { code, errors } = await none.run(command);
    assertEquals([code, errors.filter((line) => !line.startsWith("note:"))], [2, [
      'opening the lake: found no bucket "no-such-bucket", wanted LAKE_URL to name one',
    ]]);
  }
  await using closed = await Place.make({ ...settings, LAKE_URL: "s3://closed-bucket" });
  store.fault = () => refusal(403, "InvalidAccessKeyId");
  const { code, errors } = await closed.run(MAKE);
  assertEquals([code, errors], [1, [
    'listing "s3://closed-bucket/": InvalidAccessKeyId (status 403)',
  ]]);
  store.fault = undefined;
  const bare = await closed.run(MAKE, { env: { LAKE_URL: "s3://closed-bucket/below" } });
  assertEquals([bare.code, bare.errors], [2, [
    'LAKE_URL: found "s3://closed-bucket/below", wanted "s3://" and the name of a bucket alone',
  ]]);
});
