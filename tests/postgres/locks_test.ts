import { assertEquals } from "@std/assert";
import { type Held, lockFolder } from "../../adapters/state/locks.ts";
import { openPostgresState } from "../../adapters/state/postgres/open.ts";
import type { State } from "../../core/mod.ts";
import { ASSETS, claimed, materialized, started } from "../adapters/state/build.ts";
import { inFolder } from "../in_folder.ts";
import { ownSchema, type Schema } from "./harness.ts";

interface Host extends AsyncDisposable {
  readonly schema: Schema;
  worker(): Promise<{ readonly state: State; readonly lock: () => Held }>;
}

/** Workers of one host, whose leases are renewed by nobody but who looks. */
async function onHost(folder: string): Promise<Host> {
  const schema = await ownSchema();
  const open: State[] = [];
  return {
    schema,
    async worker() {
      const locks = lockFolder(folder);
      let held: Held | undefined;
      const state = await openPostgresState({
        url: schema.url,
        lease: { lasts: 60_000, every: 2 ** 30 },
        locks: { ...locks, hold: () => held = locks.hold() },
      });
      open.push(state);
      return { state, lock: () => held! };
    },
    async [Symbol.asyncDispose]() {
      for (const state of open) await state.close();
      await schema[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a process of this host that is no more is known to be so at once", () =>
  inFolder(async (folder) => {
    await using host = await onHost(folder);
    const [a, b] = [await host.worker(), await host.worker()];
    await a.state.register(ASSETS, 0);
    await claimed(a.state, { from: 1, to: 1 });
    a.lock().release();
    assertEquals((await b.state.recover(1)).map(({ ranges }) => ranges), [[{ from: 1, to: 1 }]]);
  }));

Deno.test("one of this host that was stopped beyond its lease loses nothing as long as it is there", () =>
  inFolder(async (folder) => {
    await using host = await onHost(folder);
    const [a, b] = [await host.worker(), await host.worker()];
    await a.state.register(ASSETS, 0);
    const token = await claimed(a.state, { from: 1, to: 1 });
    await started(b.state);
    await host.schema.run("UPDATE workers SET until = 0");
    await host.schema.run(
      "UPDATE workers SET until = now_ms() + 60000 WHERE id = (SELECT max(id) FROM workers)",
    );
    assertEquals(await b.state.recover(1), []);
    assertEquals((await a.state.commit({ claim: token, events: [materialized(1)] })).status, "committed");
  }));
