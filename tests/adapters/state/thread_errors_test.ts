import { fromFileUrl } from "@std/path";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openSqliteState } from "../../../adapters/state/sqlite/open.ts";
import { openInThread } from "../../../adapters/state/sqlite/thread/open.ts";
import { type State, StateError, StatePlaceError } from "../../../core/mod.ts";
import { atState } from "../../in_folder.ts";
import { ASSETS, DAYS, HOURS, materialized, started } from "./build.ts";

const BREAKS = new URL("./thread_child.ts?name=a&breaks", import.meta.url);
const BROKEN = "using the state: its thread broke off (it was to break), wanted it to go on";

Deno.test("thread: what fails does so by the same class, message and cause as without one", () =>
  atState(async (path) => {
    const failures = async (state: State) => {
      const faults = [
        () => state.commit({ claim: null, events: [materialized(1, { asset: DAYS })] }),
        () => state.endRun(7, "succeeded", null, 1),
        () => state.beginRun({ command: "materialize", ranges: [], key: "a" }, 1),
        () => state.register([{ ...ASSETS[0], partitions: ASSETS[1].partitions }], 0),
      ];
      const found = [];
      for (const fault of faults) {
        const error = await assertRejects(fault, Error);
        found.push({ of: error.constructor, name: error.name, message: error.message, cause: error.cause });
      }
      return found;
    };
    const [within, beside] = [
      await openInThread({ path }),
      await openSqliteState({ path: `${path}.beside` }),
    ];
    for (const state of [within, beside]) {
      await assertRejects(() => state.claim(1, HOURS, [{ from: 1, to: 1 }]));
      await state.register([ASSETS[0]], 0);
      await started(state);
    }
    assertEquals(await failures(within), await failures(beside));
    for (const state of [within, beside]) await state.close();
  }));

Deno.test("thread: a place that can hold no state is told as one, and nothing is left open", () =>
  atState(async (path) => {
    await Deno.mkdir(path);
    const open = () => openInThread({ path });
    const { message } = await assertRejects(open, StatePlaceError);
    assertEquals(message, `opening the state: "${path}" is a folder, wanted a file`);
    const missing = new URL("./nothing_there.ts", import.meta.url);
    await assertRejects(() => openInThread({ path, module: missing }), StateError, "its thread broke off (");
  }));

Deno.test("thread: what no message can carry is refused, and the rest goes on", () =>
  atState(async (path) => {
    const state = await openInThread({ path });
    await assertRejects(() => state.keyValue.put("a", (() => 1) as never, 0), Error, "could not be cloned");
    assert(await state.keyValue.put("a", 1, 0));
    assertEquals((await state.keyValue.get("a"))?.value, 1);
    await state.close();
  }));

Deno.test("thread: closing waits for what was asked before; what is asked later is refused", () =>
  atState(async (path) => {
    const state = await openInThread({ path });
    await state.register(ASSETS, 0);
    const asked = Array.from(
      { length: 50 },
      (_, i) => state.commit({ claim: null, events: [materialized(i)] }),
    );
    const following = (await state.watch(new AbortController().signal))[Symbol.asyncIterator]();
    const closed = state.close();
    const late = assertRejects(() => state.runs(1), StateError, "found it closed, wanted it open");
    assertEquals((await Promise.all(asked)).map(({ status }) => status), asked.map(() => "committed"));
    await Promise.all([closed, state.close(), late]);
    while (!(await following.next()).done);
    const again = await openSqliteState({ path });
    assertEquals((await again.since(0)).length, 50);
    await again.close();
  }));

Deno.test("thread: one that cannot be loaded fails what waits, and nothing else is said of it", () =>
  atState(async (path) => {
    const module = new URL(`file://${path}.ts`);
    const opening = new URL("../../../adapters/state/sqlite/thread/open.ts", import.meta.url);
    const options = `{ path: "${path}", module: new URL("${module}") }`;
    const code = `import { openInThread } from "${opening}";
      await openInThread(${options}).catch(({ name, message }) => console.log(name, message));`;
    const told = async () => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", "--config", fromFileUrl(new URL("../../../deno.json", import.meta.url)), code],
        env: { NO_COLOR: "1" },
      }).output();
      return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    };
    const broke = (why: string) =>
      `StateError using the state: its thread broke off (${why}), wanted it to go on\n`;
    assertEquals(await told(), [broke(`Module not found "${module}".`), ""]);
    await Deno.writeTextFile(fromFileUrl(module), "throw new Error('found it\\nodd')");
    assertEquals(await told(), [broke("found it odd"), ""]);
  }));

Deno.test("thread: one that takes its time to load hears all that it is asked", () =>
  atState(async (path) => {
    const module = new URL(`file://${path}.ts`);
    const from = (name: string) =>
      JSON.stringify(new URL(`../../../adapters/state/sqlite/${name}`, import.meta.url));
    await Deno.writeTextFile(
      fromFileUrl(module),
      `await new Promise((resolve) => setTimeout(resolve, 100));
      const [{ serve }, { openSqliteState }] = [await import(${from("thread/serve.ts")}), await import(${
        from("open.ts")
      })];
      serve(openSqliteState);`,
    );
    const state = await openInThread({ path, module });
    assertEquals(await state.keyValue.get("a"), undefined);
    await state.close();
  }));

Deno.test("thread: one that breaks off fails all that waits, and frees what it held", () =>
  atState(async (path) => {
    const state = await openInThread({ path, module: BREAKS });
    await state.register(ASSETS, 0);
    const { granted } = await state.claim(await started(state), HOURS, [{ from: 1, to: 2 }]);
    await state.commit({ claim: granted!.token, events: [materialized(1)] });
    assert(await state.lead("ticks", 1));
    const following = (await state.watch(new AbortController().signal))[Symbol.asyncIterator]();
    const next = assertRejects(() => following.next().then(() => following.next()), StateError, BROKEN);
    await assertRejects(() => state.keyValue.put("written", true, 0), StateError, BROKEN);
    await next;
    await assertRejects(() => state.runs(1), StateError, BROKEN);
    await state.close();

    const again = await openInThread({ path });
    assertEquals((await again.keyValue.get("written"))?.value, true);
    assert(await again.lead("ticks", 1));
    const [adopted] = await again.recover(1);
    assertEquals([adopted?.asset, adopted?.ranges], [HOURS, [{ from: 1, to: 2 }]]);
    assertEquals((await again.since(0)).length, 1);
    await again.close();
  }));
