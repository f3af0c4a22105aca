import { assert, assertEquals, assertMatch } from "@std/assert";
import { CONCURRENCY } from "../../sources/openaq/sensor_queue.ts";
import { generated } from "../../sources/openaq/simulator/generated.ts";
import { contentOf, leftovers } from "./content.ts";
import { narrow } from "./narrow.ts";
import { Place } from "./place.ts";
import { WITHOUT_RIGHTS } from "./processes.ts";
import { Server } from "./server.ts";

const SENSORS = 30;
const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-31"];
const dataset = generated({ sensors: SENSORS, quirks: false });

/** A place with a day of its lake made, where answers are kept in a folder that was spoilt. */
async function spoilt(spoil: (answers: string) => Promise<void>) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(new Server({ dataset }));
  const place = stack.use(await Place.make(server.env));
  const answers = `${place.lake}/_staging/answers`;
  assertEquals((await place.run(["materialize", "--from", "2024-02-01", "--to", "2024-02-01"])).code, 0);
  await Deno.mkdir(answers, { recursive: true });
  await spoil(answers);
  server.requests = 0;
  return { server, place, answers, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The run fails in a line that names where answers are kept, and what reads the hours waits; all else stands. */
async function assertFails(place: Place, within: readonly string[], says: RegExp): Promise<void> {
  const { code, errors, stdout } = await place.run(COMMAND, { within });
  assertEquals(code, 1, stdout);
  const [first, ...rest] = errors;
  assertMatch(first!, says);
  assert(first!.includes(`_staging/answers"`), first);
  for (const line of rest) assertMatch(line, /: needs vietnam\/.*, which failed or is blocked/);
  assertMatch(stdout, /run \d+ failed in .*: 0 partitions materialized/);
}

async function assertCompletes(place: Place): Promise<void> {
  const { code, stderr } = await place.run(COMMAND);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(await place.ask(["plan", ...COMMAND.slice(1)]), { steps: [] });
  assertEquals(await leftovers(place), []);
}

for (
  const { what, spoil, says } of [
    {
      what: "is a file",
      async spoil(answers: string) {
        await Deno.remove(answers);
        await Deno.writeTextFile(answers, "");
      },
      says: /^vietnam\/raw_prod .*: keeping an answer: .*: found a (file|link), wanted a folder of the lake$/,
    },
    {
      what: "may not be written",
      spoil: (answers: string) => Deno.chmod(answers, 0o555),
      says:
        /^vietnam\/raw_prod .*: keeping an answer: .* does not allow it, wanted a folder that can be written$/,
    },
    {
      what: "may not be looked at",
      spoil: (answers: string) => Deno.chmod(answers, 0o333),
      says:
        /^vietnam\/raw_prod .*: looking for answers that were kept: .* does not allow it, wanted a folder/,
    },
  ]
) {
  Deno.test(`where the folder of answers ${what}, nothing is asked, and one line says why`, async () => {
    await using made = await spoilt(spoil);
    const { server, place, answers } = made;
    await assertFails(place, WITHOUT_RIGHTS, says);
    assertEquals(server.requests, 0);
    await Deno.chmod(answers, 0o755);
    await Deno.remove(answers, { recursive: true });
    await assertCompletes(place);
    assertEquals(server.requests, SENSORS);
  });
}

Deno.test("where the folder of answers fills up, those that it holds are not asked for again", async () => {
  await using made = await spoilt(() => Promise.resolve());
  const { server, place, answers } = made;
  {
    await using disk = await narrow(answers, 400);
    await assertFails(
      place,
      disk.within,
      /^vietnam\/raw_prod .*: keeping an answer: no room is left for it in .*, wanted a disk that is not full$/,
    );
    await disk.widen();
    await assertCompletes(place);
    const most = SENSORS + CONCURRENCY; // those that were under way
    assert(server.requests <= most, `found ${server.requests} requests, wanted at most ${most}`);
    const { "vietnam/locations": _, ...content } = await contentOf(place);
    await using other = await Place.make(server.env);
    assertEquals((await other.run(["materialize", "--from", "2024-02-01", "--to", "2024-02-01"])).code, 0);
    assertEquals((await other.run(COMMAND)).code, 0);
    const { "vietnam/locations": __, ...wanted } = await contentOf(other);
    assertEquals(content, wanted);
  }
});
