import settings from "../deno.json" with { type: "json" };
import { median, timed } from "./figure.ts";

/** Runs the command line's `status` several times, out of a process too small to slow it down; prints the median in ms. */
const took: number[] = [];
for (let round = 0; round < 11; round++) {
  took.push(
    await timed(async () => {
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: [...settings.tasks.status.command.split(" ").slice(1), "--json"],
        stdout: "null",
      }).output();
      if (!success) throw new Error("status failed");
    }),
  );
}
console.log(median(took));
