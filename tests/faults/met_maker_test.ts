import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import type { Call } from "./calls.ts";
import { fixedServer } from "./fixed_server.ts";
import { live } from "./lives.ts";
import { Place } from "./place.ts";
import { stopped } from "./processes.ts";
import { stoppingFromWithin } from "./tracer.ts";
import { until } from "./until.ts";

const MAKE = ["materialize", "vietnam/locations"];
const COMMANDS = [["status"], ["inspect", "SELECT 1"], MAKE];
/** What is there of the state that another command is making: nothing, or the file that it has just begun. */
const BEGUN = ["nothing", "a file"];
/** The lake's mark is read, and the state is looked for. */
const LOOKS = [{ name: "stat", path: "lake/_airgraph.json" }, { name: "lstat", path: "state/lake.sqlite" }];

Deno.test("who meets a command that makes the lake, at whichever of its looks, finds the lake made", async () => {
  await using server = fixedServer();
  const meetings = COMMANDS.flatMap((command) =>
    BEGUN.flatMap((begun) => LOOKS.map((look) => ({ command, begun, look })))
  );
  await live(meetings, async ({ command, begun, look }) => {
    let nth = 1;
    while (await isMet(command, begun, { ...look, nth })) nth++;
    assert(nth > 1, `${command[0]}: no ${look.name}`);
  });

  async function isMet(command: readonly string[], begun: string, call: Call): Promise<boolean> {
    await using place = await Place.make(server.env);
    if (begun === "a file") {
      await Deno.mkdir(dirname(place.state));
      await Deno.writeTextFile(place.state, "");
    }
    const program = place.start(command, stoppingFromWithin(place, call, "SIGSTOP"));
    await until("it to stop", () => program.over || stopped(Deno.pid).includes(program.pid));
    const met = !program.over;
    if (met) assertEquals((await place.run(MAKE)).code, 0);
    program.signal("SIGCONT");
    const { code, stderr } = await program.ended;
    const told = `${command[0]}, ${begun}, ${call.name} ${call.nth}`;
    assertEquals({ code, stderr }, { code: 0, stderr: "" }, told);
    return met;
  }
});
