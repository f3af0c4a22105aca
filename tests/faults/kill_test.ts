import { assert, assertEquals } from "@std/assert";
import { contentOf, filesBelow, leftovers } from "./content.ts";
import { Place } from "./place.ts";
import type { Program } from "./program.ts";
import { chosenSeed, seeded } from "./random.ts";
import { Server } from "./server.ts";
import { pause, until } from "./until.ts";

const LAKES = 8;
const COMMAND = ["materialize", "--from", "2024-03-01", "--to", "2024-03-31"];
/** Places where files come to stand while they are published. */
const ZONES = ["aq_raw_prod", "aq_dev", "aq_prod"];
/** A request that was made again, or was under way, for each kill: as many as are asked side by side, and the source. */
const IN_FLIGHT = 9;

Deno.test("eight lakes killed twice each come to what one undisturbed run makes", async () => {
  const random = seeded(chosenSeed());
  const begun = Date.now();
  const clock = { now: () => begun };
  await using server = new Server({ latency: 40, clock });
  const { content, requests } = await undisturbed(server);

  let [killed, completed, reverted] = [0, 0, 0];
  for (let lake = 0; lake < LAKES; lake++) {
    await using place = await Place.make(server.env);
    const before = server.requests;
    const moments: string[] = [];
    for (const stratum of [lake, (lake * 7 + 3) % LAKES]) {
      const program = place.start(COMMAND);
      const at = server.requests + (stratum + random()) / LAKES * requests;
      moments.push(await killAt(program, place, server, at, random));
      if ((await program.ended).signal === "SIGKILL") killed++;
    }
    const { code, stdout, stderr } = await place.run(COMMAND);
    const told = `lake ${lake}, killed ${moments.join(" and ")}`;
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, told);
    for (const [, made, back] of stdout.matchAll(/(\d+) publications? completed, (\d+) put back/g)) {
      completed += Number(made);
      reverted += Number(back);
    }
    assertEquals(await contentOf(place), content, told);
    assertEquals(await leftovers(place), [], told);
    assertEquals(await place.ask(["plan", ...COMMAND.slice(1)]), { steps: [] }, told);
    const asked = server.requests - before;
    const most = 1.3 * requests + 2 * IN_FLIGHT;
    assert(asked <= most, `${told}: found ${asked} requests, wanted at most ${most}`);
  }
  console.log(
    `${killed} of ${2 * LAKES} killed in time; publications: ${completed} completed, ${reverted} put back`,
  );
  assert(killed >= LAKES, `found ${killed} runs killed before they ended, wanted at least ${LAKES}`);
});

async function undisturbed(server: Server) {
  await using place = await Place.make(server.env);
  const before = server.requests;
  assertEquals((await place.run(COMMAND)).code, 0);
  return { content: await contentOf(place), requests: server.requests - before };
}

/** Kills the program at a request or, every third time, while a zone is being published. @returns When. */
async function killAt(
  program: Program,
  { lake }: Place,
  server: Server,
  request: number,
  random: () => number,
): Promise<string> {
  const zone = ZONES[Math.floor(random() * ZONES.length * 3)];
  if (zone === undefined) {
    const before = server.requests;
    await until("requests", () => program.over || server.requests >= request);
    program.signal("SIGKILL");
    return `after ${server.requests - before} requests`;
  }
  const folder = `${lake}/${zone}`;
  const before = [...filesBelow(folder)].length;
  await until(`files in ${zone}`, () => program.over || [...filesBelow(folder)].length > before);
  await pause(random() * 40);
  program.signal("SIGKILL");
  return `while ${zone} came to hold more than ${before} files`;
}
