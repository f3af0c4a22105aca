import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Place } from "../faults/place.ts";
import type { Program } from "../faults/program.ts";
import { Server } from "../faults/server.ts";
import { startCluster } from "../postgres/cluster.ts";
import { ownSchema, type Schema } from "../postgres/harness.ts";
import { BucketServer, refusal } from "./bucket_server.ts";

const MAKE = ["materialize", "--from", "2018-01-05", "--to", "2018-01-05"];

/** What hosts share: a source, a bucket and a state. */
interface Shared {
  readonly source: Server;
  readonly store: BucketServer;
  readonly schema: Schema;
  /** A host with a cache and a spool of its own. */
  host(): Promise<Place>;
}

function test(what: string, body: (shared: Shared) => Promise<void>): void {
  Deno.test(what, async () => {
    await using source = new Server();
    await using store = await BucketServer.start();
    await using cluster = await startCluster();
    await using schema = await ownSchema({ server: cluster.url });
    const env = {
      ...source.env,
      ...store.env(await store.bucket()),
      STATE_URL: schema.url,
      PIPELINE_ENV: "prod",
    };
    await body({ source, store, schema, host: () => Place.make(env) });
  });
}

/** The key of a request for `/bucket/key`. */
const keyOf = ({ url }: Request) => decodeURIComponent(new URL(url).pathname).split("/").slice(2).join("/");
const isPublication = (request: Request) =>
  request.method === "PUT" && /^aq_raw_prod\/year=/.test(keyOf(request));

/** As if a process had given no sign of life for as long as a lease lasts. */
async function leaseOver({ pid }: Program, { run }: Schema): Promise<void> {
  await run(`UPDATE workers SET until = 0 WHERE pid = ${pid}`);
}

/** Nothing of the day is left to make, nothing was made twice, and nobody holds anything. */
async function assertMadeOnce(place: Place, { run }: Schema): Promise<void> {
  const { json } = await place.run(["plan", ...MAKE.slice(1), "--json"]);
  assertEquals(json.steps, []);
  const twice = "SELECT asset, first FROM events WHERE kind = 0 GROUP BY 1, 2 HAVING count(*) > 1";
  assertEquals(await run(twice), []);
  assertEquals(await run("SELECT 1 FROM claims"), []);
  const { code, stdout } = await place.run(["inspect", "SELECT count(*) > 100 FROM prod_db.vietnam"]);
  assertEquals([code, /true/.test(stdout)], [0, true]);
}

test("hosts with a state on PostgreSQL and a lake on S3 share the work, and what one made the other reads", async (shared) => {
  await using one = await shared.host();
  await using other = await shared.host();
  const both = await Promise.all([one.run(MAKE), other.run(MAKE)]);
  assertEquals(both.map(({ code, stderr }) => [code, stderr]), [[0, ""], [0, ""]]);
  await assertMadeOnce(one, shared.schema);
  await assertMadeOnce(other, shared.schema);
});

test("what a killed host was at passes to another once its lease is over", async ({ store, schema, host }) => {
  await using one = await host();
  await using other = await host();
  const killed = one.start(MAKE);
  let puts = 0;
  store.fault = async (request) => {
    if (!isPublication(request) || ++puts < 5) return undefined;
    store.fault = undefined;
    killed.signal("SIGKILL");
    await killed.ended;
    return refusal(400, "Killed");
  };
  await killed.ended;
  assertEquals(store.fault, undefined);
  const next = other.start(MAKE);
  await schema.until("SELECT 1 FROM workers OFFSET 1");
  await leaseOver(killed, schema);
  const { code, stderr } = await next.ended;
  assertEquals(code, 0, stderr);
  await assertMadeOnce(other, schema);
});

test("a host that slept beyond its lease writes nothing more", async ({ store, schema, host }) => {
  await using one = await host();
  await using other = await host();
  const slept = one.start(MAKE);
  const asleep = Promise.withResolvers<void>(), awake = Promise.withResolvers<void>();
  let puts = 0;
  let late = "";
  store.fault = async (request) => {
    if (!isPublication(request) || ++puts !== 5) return undefined;
    late = keyOf(request);
    slept.signal("SIGSTOP");
    asleep.resolve();
    // Its write is on the way for as long as it sleeps.
    await awake.promise;
    return undefined;
  };
  await asleep.promise;
  const next = other.start(MAKE);
  await schema.until("SELECT 1 FROM workers OFFSET 1");
  await leaseOver(slept, schema);
  const { code, stderr } = await next.ended;
  const before = await store.etags();
  awake.resolve();
  slept.signal("SIGCONT");
  const lost = await slept.ended;
  assertEquals([code, stderr], [0, ""]);
  assertNotEquals(lost.code, 0, lost.stdout);
  assert(before.has(late), late);
  const after = await store.etags();
  for (const [key, etag] of before) if (!key.startsWith("_staging/")) assertEquals(after.get(key), etag, key);
  await assertMadeOnce(other, schema);
});
