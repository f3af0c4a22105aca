import { assertEquals } from "@std/assert";
import type { Act } from "../../../core/mod.ts";
import type { Harness } from "./harness.ts";

const CANCEL: Act = {
  at: 100,
  role: "operate",
  address: "127.0.0.1",
  act: "cancel",
  detail: { run: 5, why: ['"quoted"\n', null] },
  outcome: "done",
  message: "",
};

/** The journal of what is asked for over the web. */
export function describeActs(name: string, open: () => Promise<Harness>): void {
  Deno.test(`${name}: acts are told as they were noted, the newest first, by pages`, async () => {
    await using harness = await open();
    const [a, b] = [await harness.worker("a"), await harness.worker("b")];
    assertEquals(await a.acts.list({ limit: 9 }), []);
    await a.acts.note(CANCEL);
    await b.acts.note({
      ...CANCEL,
      at: 90,
      role: null,
      act: "sign in",
      detail: {},
      outcome: "refused",
      message: "no such token",
    });
    await a.acts.note({ ...CANCEL, at: 300, role: "read", outcome: "failed" });
    const all = await b.acts.list({ limit: 9 });
    assertEquals(all.map(({ act, role, outcome }) => [act, role, outcome]), [
      ["cancel", "read", "failed"],
      ["sign in", null, "refused"],
      ["cancel", "operate", "done"],
    ]);
    const { number, ...first } = all[2]!;
    assertEquals(first, CANCEL);
    const page = await a.acts.list({ limit: 1 });
    assertEquals(page, all.slice(0, 1));
    assertEquals(await a.acts.list({ limit: 9, before: page[0]!.number }), all.slice(1));
    assertEquals(await a.acts.list({ limit: 9, before: number }), []);
  });

  Deno.test(`${name}: acts of before an instant are forgotten, and their numbers never given again`, async () => {
    await using harness = await open();
    const { acts } = await harness.worker("a");
    for (const at of [100, 200, 300]) await acts.note({ ...CANCEL, at });
    const last = (await acts.list({ limit: 1 }))[0]!.number;
    assertEquals(await acts.forget(300, "only"), 2);
    assertEquals((await acts.list({ limit: 9 })).length, 3);
    assertEquals(await acts.forget(300), 2);
    assertEquals((await acts.list({ limit: 9 })).map(({ at }) => at), [300]);
    assertEquals(await acts.forget(301), 1);
    await acts.note(CANCEL);
    assertEquals((await acts.list({ limit: 9 })).map(({ number }) => number > last), [true]);
  });
}
