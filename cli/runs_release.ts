import { claimsJson, keysOf, type RunId, type State } from "../core/mod.ts";
import type { App, Context, ExitCode, Invocation } from "./context.ts";
import { worker } from "./holdings.ts";
import { notify, print, printJson } from "./out.ts";
import { found } from "./runs_logs.ts";
import { named } from "./text.ts";

/** Frees what a run holds; what a living worker holds only if that is forced. @throws {UsageError} If there is no such run. */
export async function release(
  app: App,
  id: RunId,
  invocation: Invocation,
  context: Context,
): Promise<ExitCode> {
  await using looking = closing(await app.state("read"));
  await found(looking.state, id);
  const holdings = (await looking.state.holdings()).filter(({ run }) => run === id);
  const living = holdings.find(({ alive }) => alive);
  if (living !== undefined && !invocation.has("force")) {
    context.log.error(
      `releasing run ${id}: found ${worker(living)} at work on it, wanted it to be no more, or --force`,
    );
    return 1;
  }
  if (holdings.length > 0) {
    await using writing = closing(await app.state("write"));
    await writing.state.free(id, app.now());
  }
  const keys = await keysOf(looking.state);
  if (invocation.json) {
    const released = holdings.flatMap((holding) => claimsJson(holding, keys)).map((claim) => ({
      run: id,
      ...claim,
    }));
    printJson(context.stdout, { run: id, released, warnings: app.notices });
    return 0;
  }
  notify(context.stdout, app.notices);
  if (holdings.length === 0) print(context.stdout, `run ${id} holds nothing`);
  for (const { asset, ranges } of holdings) {
    for (const { from, to } of ranges) {
      const what = named(asset, keys(asset, from), keys(asset, to), to - from + 1);
      print(context.stdout, `${what} is free; publications that run ${id} had begun are settled by the next`);
    }
  }
  return 0;
}

function closing(state: State): AsyncDisposable & { readonly state: State } {
  return { state, [Symbol.asyncDispose]: () => state.close() };
}
