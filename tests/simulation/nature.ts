import { DAY, HOUR, MINUTE } from "../../core/instant.ts";
import { isPublic } from "./content.ts";
import { MONTH, type World } from "./world.ts";

const CHANGES = [
  "truth",
  "truth",
  "truth",
  "truth",
  "clock",
  "clock",
  "clock",
  "code",
  "dependency",
  "claim",
  "claim",
  "wall clock",
  "sleep",
  "suspended",
  "damage",
  "damage",
  "kept",
  "sensor",
  "sensor",
  "answer",
] as const;

const JUMPS = [MINUTE, HOUR, HOUR, HOUR, 5 * HOUR, DAY, -MINUTE, -HOUR, -2 * HOUR];

/** Changes something outside of the engine. */
export function change(world: World): void {
  const { chance, turns, oracle } = world;
  const one = chance.between(0, world.sketches.length - 1);
  const { key, kind, set } = world.sketches[one]!;
  if (world.store.onDisk && chance.happens(0.15)) return world.losePower();
  switch (chance.pick(CHANGES)) {
    case "truth": {
      const there = set.existing(turns.now);
      if (kind !== "source" || there === null) return;
      return world.alter(key, chance.between(there.from, there.to));
    }
    case "code":
      if (kind !== "external") world.edit(one, ({ code }) => ({ code: code + 1 }));
      return;
    case "dependency":
      world.edit(one, ({ deps }) => kind === "derived" && deps.length > 1 ? { deps: deps.slice(1) } : {});
      return;
    case "clock":
      return turns.set(chance.pick(world.farClocks ? [...JUMPS, MONTH, -MONTH] : JUMPS));
    case "claim": {
      const stolen = world.store.steal(chance);
      if (stolen !== undefined) oracle.claims.lose(stolen);
      return;
    }
    case "wall clock": {
      const worker = world.anyWorker();
      turns.clocksSet++;
      if (worker !== undefined) worker.skew = world.skew();
      return;
    }
    case "damage": {
      const files = world.lake.paths().filter(isPublic);
      if (files.length === 0) return;
      return oracle.publications.damage(
        chance.pick(files),
        chance.pick([undefined, "", "other bytes"]),
      );
    }
    case "kept":
      return oracle.publications.damageKept(chance);
    case "suspended":
      return turns.suspend(chance.pick([MINUTE, HOUR, 5 * HOUR]));
    case "sensor":
      return world.openaq?.change();
    case "answer":
      return world.openaq?.spool.damage(chance);
    case "sleep": {
      const worker = world.anyWorker();
      if (worker !== undefined) worker.asleepUntil = turns.taken + chance.between(20, 400);
    }
  }
}

/** Makes a file one that nobody can replace or take away, now and then, or all of them files like others. */
export function closePlaces({ lake, places }: World): void {
  if (!places.happens(0.3)) return;
  const files = lake.paths().filter(isPublic);
  if (lake.closed.size > 0 && places.happens(0.5)) lake.closed.clear();
  else if (files.length > 0) lake.closed.add(places.pick(files));
}
