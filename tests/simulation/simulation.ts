import { DAY } from "../../core/instant.ts";
import { gaps } from "../../sources/openaq/gaps.ts";
import { doneByThemselves } from "./automated/at_rest.ts";
import { settle } from "./automated/daemon.ts";
import { isPublic, parsePath } from "./content.ts";
import { Violation } from "./oracle.ts";
import { Reference } from "./reference.ts";
import { onlyHeldBack } from "./rules/held_back.ts";
import { agreeAt } from "./rules/index.ts";
import type { Worker } from "./worker.ts";
import { type Bug, type Store, World } from "./world.ts";

/** The worlds in which something went wrong, for whoever wants to look at them. */
export const worlds = new WeakMap<Error, World>();

/** Lives through one seed. @throws {Violation | Stuck} If something happened that must not. */
export async function simulate(seed: number, store: Store, bug?: Bug): Promise<World> {
  const world = new World(seed, store, bug);
  try {
    await world.live();
    const worker = world.calmWorker();
    await world.quietly(worker, () => worker.open());
    // Asked for nothing, a worker still settles what the dead left behind.
    await world.quietly(worker, () => materialize(worker, []));
    await world.quietly(worker, () => check(worker));
    await agree(world, worker);
    if (world.automated !== undefined) {
      await world.quietly(worker, () => settle(worker));
      await doneByThemselves(world.automated, worker, await agree(world, worker));
    }
    await askSensorsAgain(world, worker);
    await world.quietly(worker, () => materialize(worker));
    const reference = await agree(world, worker);
    onlyHeldBack(world, reference);
    await allAsked(world, worker, reference);

    const another = world.calmWorker();
    await world.quietly(another, () => another.open());
    await agree(world, another);
    const onlooker = world.onlooker!;
    if (onlooker.orchestrator !== undefined) {
      await world.quietly(onlooker, () => onlooker.orchestrator.refresh());
      agreeAt(onlooker);
    }
    await world.quietly(onlooker, () => onlooker.state.close());
    await world.quietly(worker, () => worker.state.close());
    await world.quietly(another, () => another.state.close());
    return world;
  } catch (cause) {
    if (cause instanceof Error) worlds.set(cause, world);
    throw cause;
  }
}

/** Lets sensors that were set aside be asked on the next day that has something to ask, so that what they owe is due. */
async function askSensorsAgain(world: World, worker: Worker): Promise<void> {
  if (world.openaq === undefined) return;
  await world.quietly(worker, () => materialize(worker));
  for (let days = 0; days < 80 && (await gaps(worker.handle.keyValue)).length > 0; days++) {
    world.turns.set(DAY);
    await world.quietly(worker, () => materialize(worker));
  }
  // Answers of yesterday, taken up for some hours of a group, leave the others as old as these.
  await world.quietly(worker, () => materialize(worker));
}

/** No sensor owes anything, and none lacks what it had. */
async function allAsked(world: World, worker: Worker, reference: Reference): Promise<void> {
  if (world.openaq === undefined) return;
  const owed = await gaps(worker.handle.keyValue);
  if (owed.length > 0) throw new Violation(`sensors are never asked again: ${JSON.stringify(owed)}`);
  const { key } = world.openaq.sketch;
  for (const partition of reference.existing(key)) {
    const row = reference.row(key, partition);
    if (row !== undefined && reference.isFresh(key, partition)) world.oracle.asking.whole(row.event);
  }
}

/** Looks at all files, so that whatever is damaged is known. */
async function check(worker: Worker): Promise<void> {
  const { orchestrator, world } = worker;
  const assets = new Set(world.sketches.map(({ key }) => key));
  await orchestrator.check({ assets, all: true, lookbackDays: 7 }, new AbortController().signal);
}

async function materialize(worker: Worker, assets?: readonly string[]): Promise<void> {
  const { orchestrator, world } = worker;
  await orchestrator.materialize({
    assets: new Set(assets ?? world.sketches.map(({ key }) => key)),
    all: true,
    lookbackDays: 7,
  });
}

/** At rest, the log is whole, the lake is what the log says, nothing is left behind, and the plan is what is not fresh. */
async function agree(world: World, worker: Worker): Promise<Reference> {
  const { oracle, lake } = world;
  const { reference, planned, log, claims, adopted } = await world.quietly(worker, async () => {
    const plan = await worker.orchestrator.plan({
      assets: new Set(world.sketches.map(({ key }) => key)),
      all: true,
      lookbackDays: 7,
    });
    return {
      reference: new Reference(
        world.sketches,
        oracle.rows,
        oracle.log,
        (key) => worker.set(key),
        worker.orchestrator.index.now,
      ),
      planned: plan.flatMap(({ asset, from, count }) => {
        const first = from === null ? 0 : worker.set(asset).ordinal(from)!;
        return Array.from({ length: count }, (_, i) => `${asset} ${first + i}`);
      }),
      log: await worker.state.since(0),
      claims: await worker.state.claims(),
      adopted: await worker.state.recover(world.turns.now),
    };
  });
  const text = (events: readonly { seq: number; kind: string; asset: string }[]) =>
    JSON.stringify(events.map(({ seq, kind, asset }) => [seq, kind, asset]));
  const left = new Set(log.map(({ seq }) => seq));
  const remembered = world.store.forgets ? oracle.log.filter(({ seq }) => left.has(seq)) : oracle.log;
  if (text(log) !== text(remembered)) throw new Violation("the log is not what was committed");
  if (log.at(-1)?.seq !== oracle.log.at(-1)?.seq) throw new Violation("the newest event was forgotten");
  if (!world.store.forgets && log.some(({ seq }, i) => seq !== i + 1)) {
    throw new Violation("the log has gaps");
  }
  if (claims.length > 0) throw new Violation(`claims are left over: ${JSON.stringify(claims)}`);
  if (adopted.length > 0) throw new Violation(`intents are left over: ${JSON.stringify(adopted)}`);

  const wanted = reference.notFresh();
  const surplus = planned.filter((each) => !wanted.includes(each));
  const lacking = wanted.filter((each) => !planned.includes(each));
  if (surplus.length > 0) throw new Violation(`planned though fresh: ${surplus.join(", ")}`);
  if (lacking.length > 0) throw new Violation(`not planned though not fresh: ${lacking.join(", ")}`);

  for (const path of lake.paths().filter(isPublic)) {
    const hash = lake.hash(lake.read(path)!);
    const { asset, partition } = parsePath(path);
    const row = reference.row(asset, partition);
    if (row === undefined || row.expired || row.damaged) continue;
    const { files } = row.event.payload;
    if (!files.some((file) => file.path === path && file.hash === hash)) {
      throw new Violation(`"${path}" holds "${hash}", the state says ${JSON.stringify(files)}`);
    }
  }
  for (const rows of reference.rows.values()) {
    for (const { event: { payload: { files } }, expired, damaged } of rows.values()) {
      const lost = files.find(({ path }) => lake.read(path) === undefined);
      if (lost !== undefined && !expired && !damaged) {
        throw new Violation(`"${lost.path}" is in the state and not in the lake`);
      }
    }
  }
  return reference;
}
