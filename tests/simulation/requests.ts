import { DAY, HOUR } from "../../core/instant.ts";
import type { RunSelection } from "../../core/run/scope.ts";
import { Injected } from "./ports.ts";
import { forcedWhole } from "./rules/force.ts";
import { refusable, withVersions } from "./rules/rollback.ts";
import { upkeepOf } from "./upkeep.ts";
import type { Worker } from "./worker.ts";
import { MONTH } from "./world.ts";

/** The requests of workers. */
const REQUESTS = [
  ...Array<"materialize">(9).fill("materialize"),
  "rollback",
  "rollback",
  "rollback",
  "wipe",
  "wipe",
  "prune",
  "prune",
  "check",
  "report",
] as const;

/** Asks an orchestrator for something, as a user may. */
export async function ask(worker: Worker): Promise<void> {
  const { world, world: { chance, sketches, turns }, orchestrator } = worker;
  const keys = sketches.map(({ key }) => key);
  const assets = new Set(chance.happens(0.5) ? keys : chance.some(keys, 0.5));
  const request: RunSelection = {
    assets,
    lookbackDays: 7,
    ...chance.pick([{}, {}, { from: "2024-02-01" }, { all: true }]),
  };
  if (world.hasQueue && world.queueing.happens(0.85)) return await queue(worker);
  const one = chance.pick(sketches);
  const existing = one.set.existing(turns.now);
  const made = [...world.oracle.rows.get(one.key)?.keys() ?? []];
  const ordinal = made.length > 0 && chance.happens(0.7)
    ? chance.pick(made)
    : existing && chance.between(existing.from, existing.to);
  const partition = ordinal === null ? null : one.set.key(ordinal);
  const kind = chance.pick(REQUESTS);
  world.trace.push(`${worker.name} asks for ${kind} of ${[...assets]} or ${one.key} ${partition}`);
  switch (kind) {
    case "materialize": {
      const { signal } = maybeCancelled(worker);
      const force = chance.happens(0.25);
      const result = await orchestrator.materialize({ ...request, force }, { signal });
      if (force && request.all) forcedWhole(worker, assets, result);
      world.oracle.rest.ended(worker, result);
      return;
    }
    case "rollback": {
      const before = withVersions(world.oracle).filter(({ asset }) => keys.includes(asset));
      if (before.length > 0 && chance.happens(0.8)) {
        const { asset, partition } = chance.pick(before);
        return await rollback(worker, asset, partition);
      }
      // What others write, they may report meanwhile.
      if (ordinal !== null && one.kind !== "external") await rollback(worker, one.key, ordinal);
      return;
    }
    case "wipe":
      await orchestrator.wipe({
        ...request,
        assets: new Set([one.key]),
        ...(partition !== null && { partitions: [partition] }),
      });
      return;
    case "prune":
      await orchestrator.prune(assets);
      if (world.store.forgets) await forget(worker);
      return;
    case "check":
      await orchestrator.check(request, new AbortController().signal);
      return;
    case "report":
      return await report(worker);
  }
}

/** Forgets all that may be forgotten, or only what is older. */
async function forget({ orchestrator, world, world: { chance, turns } }: Worker): Promise<void> {
  const before = turns.now + chance.pick([MONTH * 2, 0, -HOUR, -DAY]);
  await orchestrator.forget({ before, versions: upkeepOf(world).versions });
}

/** Queues a run, mostly to work off what is queued at once, works that off, or asks for the end of a run. */
async function queue(worker: Worker): Promise<void> {
  const { world: { queueing: chance, turns, oracle, trace }, name, orchestrator, state } = worker;
  const kind = chance.pick(["enqueue", "enqueue", "enqueue", "enqueue", "work", "work", "cancel"]);
  trace.push(`${name} asks for ${kind}`);
  if (kind === "cancel") {
    const runs = await state.runs(5);
    const run = runs.length > 0 ? chance.pick(runs) : undefined;
    if (run?.request.tags?.by === "automation") worker.world.automated!.cancelled.push(...run.request.ranges);
    if (run !== undefined) await state.cancel(run.id, turns.now);
    return;
  }
  if (kind === "enqueue") await enqueue(worker);
  if (kind === "enqueue" && chance.happens(0.3)) return;
  for await (const { outcome } of orchestrator.work({ signal: maybeCancelled(worker).signal })) {
    if ("counts" in outcome) oracle.rest.ended(worker, outcome);
  }
}

async function enqueue(worker: Worker): Promise<void> {
  const { world: { queueing: chance, sketches, turns }, state } = worker;
  const asked = sketches.filter(({ kind }) => kind !== "external" && chance.happens(0.9));
  const ranges = asked.flatMap(({ key }) => {
    const set = worker.set(key);
    const there = set.existing(turns.read(worker));
    if (there === null) return [];
    const from = chance.happens(0.5) ? there.from : chance.between(there.from, there.to);
    const to = chance.happens(0.5) ? there.to : chance.between(from, there.to);
    const known = [from, to].every((each) => set.has(each, turns.read(worker)));
    return known ? [{ asset: key, from: set.key(from), to: set.key(to) }] : [];
  });
  await state.enqueue({
    command: "materialize",
    ranges,
    priority: chance.pick([-1, -1, 0, 3, 3]),
    ...(chance.happens(0.1) && { force: true }),
    ...(chance.happens(0.2) && { key: chance.pick(["a", "b"]) }),
  }, turns.read(worker));
}

async function rollback(worker: Worker, asset: string, partition: number): Promise<void> {
  let judge: ReturnType<typeof refusable> | undefined;
  worker.granted = () => judge = refusable(worker.world.oracle, asset, partition);
  try {
    const result = await worker.orchestrator.rollback(asset, worker.set(asset).key(partition));
    judge?.(result);
  } finally {
    worker.granted = undefined;
  }
}

async function report(worker: Worker): Promise<void> {
  const { world: { chance, sketches, turns }, orchestrator } = worker;
  const external = sketches.find(({ kind }) => kind === "external");
  const there = external?.set.existing(turns.now);
  if (external === undefined || !there) return;
  const made = JSON.stringify({ run: null, identity: "[1,[]]", reads: {} });
  await orchestrator.report(external.key, [{
    partition: worker.set(external.key).key(chance.between(there.from, there.to)),
    dataVersion: `v${chance.between(0, 2)}`,
    metadata: { made: { type: "text", value: made } },
  }]);
}

function maybeCancelled(worker: Worker): AbortController {
  const { name, world: { chance, turns, nature } } = worker;
  const controller = new AbortController();
  const [isSoon, isPublishing] = [chance.happens(0.1), chance.happens(0.1)];
  worker.changing = isPublishing
    ? () => {
      if (chance.happens(0.2)) controller.abort(new Injected(`${name}, cancelled,`));
    }
    : undefined;
  if (isSoon) {
    (async () => {
      for (let i = chance.between(1, 60); i > 0; i--) await turns.turn(nature, "waiting");
      controller.abort(new Injected(`${name}, cancelled,`));
    })();
  }
  return controller;
}
