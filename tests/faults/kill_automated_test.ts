import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { iso, SECOND } from "../../core/mod.ts";
import { chosenSeed, seeded } from "./random.ts";

const CHILD = fromFileUrl(new URL("./automated_child.ts", import.meta.url));
const KILLS = 12;

Deno.test("schedules and sensors, killed again and again beside others: no due time and no finding is lost or asked twice", async () => {
  const random = seeded(chosenSeed());
  const folder = await Deno.makeTempDir();
  const path = `${folder}/state.sqlite`;
  const start = (...args: string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", CHILD, path, ...args],
      stdout: "piped",
    })
      .spawn();
  /** One that is at work by now. */
  const started = async () => {
    const child = start();
    const reader = child.stdout.getReader();
    await reader.read();
    reader.releaseLock();
    return child;
  };
  const kill = async (child: Deno.ChildProcess) => {
    child.kill("SIGKILL");
    await child.stdout.cancel();
    await child.status;
  };
  let other = await started();
  for (let i = 0; i < KILLS; i++) {
    const child = await started();
    await new Promise((resolve) => setTimeout(resolve, random() * 400));
    if (random() < 0.5) await kill(child);
    else {
      await kill(other);
      other = child;
    }
    if (random() < 0.3) {
      await kill(other);
      other = await started();
    }
  }
  await kill(other);
  const last = start("300");
  await last.stdout.cancel();
  assertEquals((await last.status).code, 0);

  const state = await openSqliteState({ path, access: "read" });
  const runs = await state.runs(1e6);
  const { value } = (await state.keyValue.get("schedules/seconds"))!;
  const counted = Number(((await state.keyValue.get("sensors/count"))!.value as { cursor: number }).cursor);
  await state.close();
  const keys = (by: string) =>
    runs.filter(({ request }) => request.tags?.by === by).map(({ request }) => request.key!);
  const count = keys("sensor").map((key) => Number(key.split("/")[2])).sort((a, b) => a - b);
  assertEquals(count, Array.from({ length: count.length }, (_, i) => i + 1));
  assert([counted, counted + 1].includes(count.length), `found ${count.length} runs, wanted ${counted}`);
  const due = keys("schedule").map((key) => Date.parse(key.split("/")[2]!)).sort((a, b) => a - b);
  const whole = Array.from({ length: due.length }, (_, i) => due[0]! + i * SECOND);
  assertEquals(due.map(iso), whole.map(iso));
  assertEquals(due.at(-1), (value as { upTo: number }).upTo);
  assert(due.length > 2 && count.length > 50, `found ${due.length} seconds and ${count.length} findings`);
  assertEquals(new Set(runs.map(({ status }) => status)), new Set(["succeeded"]));
  await Deno.remove(folder, { recursive: true });
});
