import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { dirname } from "@std/path";
import { contentOf, damages } from "./content.ts";
import { correctedServer, fixedServer, RANGE } from "./fixed_server.ts";
import { assertRuns } from "./kills.ts";
import { Place } from "./place.ts";

const MATERIALIZE = ["materialize", ...RANGE];
const FORCED = [...MATERIALIZE, "--force"];
const ROLLBACK = ["rollback", "vietnam/prod_mart", "--partition", "2024-03-02"];

Deno.test("an earlier state beside a later lake: what was answered since is taken in, and each version is what it was", async () => {
  await using first = fixedServer();
  await using place = await Place.make(first.env);
  await assertRuns(place, MATERIALIZE, "at first");
  const once = await contentOf(place);
  await using before = await place.copy();

  await using server = await correctedServer();
  await using later = await place.copy(server.env);
  await assertRuns(later, FORCED, "corrected");
  const twice = await contentOf(later);
  assertNotEquals(twice.prod, once.prod);

  // The lake is the later one, its state the earlier.
  await Deno.remove(dirname(later.state), { recursive: true });
  await copied(dirname(before.state), dirname(later.state));
  for (const access of ["read", "write"]) {
    const { assets } = await later.ask(["status", "vietnam/raw_prod", ...RANGE]);
    assertEquals([access, assets[0].partitions.stale], [access, 72]);
    const { steps } = await later.ask(["plan", ...RANGE]);
    assertEquals(steps[0].causes, [{ kind: "source", detail: "the lake has a later answer than the state" }]);
    if (access === "read") await assertRuns(later, ["materialize", "vietnam/locations"], "open to write");
  }
  const asked = server.requests;
  await assertRuns(later, MATERIALIZE, "an earlier state");
  assert(server.requests - asked <= 1, "what the lake holds is not asked anew");
  const after = await contentOf(later);
  assertEquals(
    [after.raw, after.dev, after.prod],
    [twice.raw, twice.dev, twice.prod],
    "as the lake knows it",
  );
  assertEquals(await damages(later), []);
  assertEquals(await later.ask(["plan", ...RANGE]), { steps: [] });
  assertEquals((await later.run(["check", ...RANGE])).code, 0);

  await assertRuns(later, FORCED, "corrected again");
  const again = await contentOf(later);
  assertEquals([again.dev, again.prod], [twice.dev, twice.prod]);
  await assertRuns(later, ROLLBACK, "back");
  assertEquals(await dayOf(later), await dayOf(before), "the version before");
  assertEquals(await damages(later), []);
});

Deno.test("an earlier state beside a later lake whose record is gone: nothing is green until all is asked again", async () => {
  await using first = fixedServer();
  await using place = await Place.make(first.env);
  await assertRuns(place, MATERIALIZE, "at first");
  await using before = await place.copy();
  await using server = await correctedServer();
  await using later = await place.copy(server.env);
  const folder = `${later.lake}/aq_raw_prod/_asked`;
  const known = [...Deno.readDirSync(folder)].map(({ name }) => name);
  await assertRuns(later, FORCED, "corrected");
  const twice = await contentOf(later);
  for (const { name } of Deno.readDirSync(folder)) {
    if (!known.includes(name)) await Deno.remove(`${folder}/${name}`);
  }
  await Deno.remove(dirname(later.state), { recursive: true });
  await copied(dirname(before.state), dirname(later.state));

  const status = async () => (await later.run(["status", "--check", "vietnam/raw_prod", ...RANGE])).code;
  assertEquals(await status(), 1);
  // Files with as many rows of other values: no record vouches that they are all.
  const { code, stderr } = await later.run(MATERIALIZE);
  assertEquals(code, 1);
  assertMatch(stderr, /its files hold other values than were recorded last, wanted those, or --force/);
  assertEquals(await status(), 1);
  await assertRuns(later, FORCED, "all asked again");
  assertEquals(await status(), 0);
  const { raw, dev, prod } = await contentOf(later);
  assertEquals([raw, dev, prod], [twice.raw, twice.dev, twice.prod]);
  assertEquals((await later.run(["check", ...RANGE])).code, 0);
  assertEquals(await damages(later), []);
});

async function dayOf(place: Place) {
  const statement = "SELECT * FROM prod_db.vietnam WHERE measurement_date = '2024-03-02' ORDER BY ALL";
  return await place.ask(["inspect", statement]);
}

async function copied(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  if (!success) throw new Error(`copying "${from}" failed`);
}
