import { assert, assertEquals } from "@std/assert";
import { momentsOf } from "./calls.ts";
import { contentOf, damages, leftovers } from "./content.ts";
import { fixedServer, RANGE } from "./fixed_server.ts";
import { Place } from "./place.ts";
import { killDescendants, stopped } from "./processes.ts";
import { stoppingFromWithin, tracer } from "./tracer.ts";
import { until } from "./until.ts";

const COMMAND = ["materialize", ...RANGE];
/** The process is not the first of its name space, which no signal of its own would stop. */
const INNER = ["bash", "-c", '"$@"; exit $?', "bash"];
const OTHER_HOST = ["bash", "-c", 'hostname elsewhere && "$@"; exit $?', "bash"];

const cases = [
  {
    what: "another pid name space",
    within: ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", ...INNER],
  },
  {
    what: "another pid name space with the host's /proc",
    within: ["unshare", "--pid", "--fork", "--kill-child", ...INNER],
  },
  {
    what: "a container with a hostname of its own",
    within: ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts", "--mount", ...OTHER_HOST],
  },
];

let undisturbed: ReturnType<typeof madeUndisturbed> | undefined;

for (const { what, within } of cases) {
  const permitted = await isPermitted(within);
  if (!permitted) console.log(`unshare may not make ${what}: left out`);

  Deno.test({
    name: `a process in ${what} that is stopped while it publishes is waited for, and both end well`,
    ignore: !permitted,
    async fn() {
      await using made = await stoppedInside(within);
      const { place, server, content, first, requests } = made;
      const second = place.start(COMMAND);
      await second.says(/ is at work in run \d+: waiting/);
      for (const pid of stopped(first.pid)) Deno.kill(pid, "SIGCONT");
      for (const { code, stderr } of await Promise.all([first.ended, second.ended])) {
        assertEquals({ code, stderr }, { code: 0, stderr: "" });
      }
      assertEquals(await contentOf(place), content);
      assertEquals([...await leftovers(place), ...await damages(place)], []);
      const again = await place.run([...COMMAND, "--json"]);
      assertEquals([again.code, again.json.status], [0, "nothing_to_do"]);
      assert(server.requests <= 1.3 * requests, `found ${server.requests} requests, undisturbed ${requests}`);
    },
  });

  Deno.test({
    name: `a process in ${what} that is killed while it publishes is followed at once`,
    ignore: !permitted,
    async fn() {
      await using made = await stoppedInside(within);
      const { place, server, content, first, requests } = made;
      killDescendants(first.pid);
      await first.ended;
      const { code, stderr } = await place.run(COMMAND);
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      assertEquals(await contentOf(place), content);
      assertEquals([...await leftovers(place), ...await damages(place)], []);
      assert(server.requests <= 1.3 * requests, `found ${server.requests} requests, undisturbed ${requests}`);
    },
  });
}

/** What one run makes that nobody disturbs, and a call in the middle of its publishing. */
async function madeUndisturbed() {
  await using server = fixedServer();
  await using place = await Place.make(server.env);
  const { publishing } = momentsOf(await (await tracer()).calls(place, COMMAND));
  return {
    half: publishing[publishing.length >> 1]!,
    content: await contentOf(place),
    requests: server.requests,
  };
}

/** A lake of which another name space's process has just published half of a batch, and is stopped. */
async function stoppedInside(within: readonly string[]) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(fixedServer());
  const { half, content, requests } = await (undisturbed ??= madeUndisturbed());
  const place = stack.use(await Place.make(server.env));
  const first = place.start(COMMAND, { ...stoppingFromWithin(place, half, "SIGSTOP"), within });
  stack.defer(async () => {
    killDescendants(first.pid);
    await first.ended;
  });
  await until("the process to stop", () => first.over || stopped(first.pid).length > 0);
  if (first.over) throw new Error(`it ended: ${JSON.stringify(await first.ended)}`);
  return { place, server, content, first, requests, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function isPermitted(within: readonly string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(within[0]!, {
      args: [...within.slice(1), "true"],
      stdout: "null",
      stderr: "null",
    });
    return (await command.output()).success;
  } catch {
    return false;
  }
}
