import { DatabaseSync } from "node:sqlite";
import { dirname } from "@std/path";
import { openSqliteState } from "../../adapters/state/sqlite/open.ts";
import { intersect, type State } from "../../core/mod.ts";
import { filesBelow } from "./content.ts";
import type { Place } from "./place.ts";

/** Reads the state, beside whoever is at work with it. */
export async function looking<T>(place: Place, look: (state: State) => Promise<T>): Promise<T> {
  const state = await openSqliteState({ path: place.state, access: "read" });
  return await look(state).finally(() => state.close());
}

/** Partitions that were at work in two claims at once: one was granted before what the other made was committed. */
export async function madeAtOnce(place: Place): Promise<string[]> {
  const last = new Map<string, number>();
  return (await looking(place, (state) => state.since(0))).flatMap((event) => {
    if (event.kind !== "materialized") return [];
    const name = `${event.asset} ${event.partition}`;
    const before = last.get(name) ?? 0;
    last.set(name, event.seq);
    return event.read < before
      ? [`${name}: what was begun at ${event.read} was made twice by ${event.seq}`]
      : [];
  });
}

/** Partitions of an asset below a number that were made more than once. */
export async function madeAgain(
  place: Place,
  { asset, below }: { asset: string; below: number },
): Promise<number[]> {
  const made = (await looking(place, (state) => state.since(0))).flatMap((event) =>
    event.kind === "materialized" && event.asset === asset && event.partition < below ? [event.partition] : []
  );
  return made.filter((partition, i) => made.indexOf(partition) < i);
}

/** Partitions that two living workers have now, and slots of a pool of one that two runs have. */
export async function heldAtOnce(place: Place): Promise<string[]> {
  const slots = new Set(
    rows(
      place,
      "SELECT asset.key || ' ' || run AS row FROM claims JOIN assets asset ON asset.id = asset WHERE pool = 'openaq'",
    ),
  );
  const held = (await looking(place, (state) => state.holdings())).filter(({ alive }) => alive);
  return held.flatMap((one, i) =>
    held.slice(i + 1).flatMap((other) => {
      const told = `runs ${one.run} and ${other.run}`;
      const both = one.asset === other.asset && intersect(one.ranges, other.ranges).length > 0;
      const shared = [one, other].every(({ asset, run }) => slots.has(`${asset} ${run}`));
      return [
        ...(both ? [`${told} are at work on ${one.asset} at once`] : []),
        ...(shared ? [`${told} have the slot at once`] : []),
      ];
    })
  );
}

/** What workers have, or leave behind, beside claims: none is left once all have ended as they are to. */
export function held(place: Place): string[] {
  const folder = dirname(place.state);
  const files = [...filesBelow(folder)].map((path) => path.slice(folder.length + 1));
  return [
    ...rows(place, "SELECT 'run ' || run || ' waits for ' || pool AS row FROM waits"),
    ...rows(place, "SELECT 'worker ' || id AS row FROM workers"),
    ...rows(
      place,
      "SELECT 'message ' || id || ' is being delivered' AS row FROM outbox WHERE worker IS NOT NULL",
    ),
    ...files.filter((name) => !/^lake\.sqlite(-wal|-shm)?$/.test(name)),
  ];
}

function rows({ state }: Place, statement: string): string[] {
  const db = new DatabaseSync(state, { readOnly: true });
  try {
    return db.prepare(statement).all().map(({ row }) => String(row));
  } finally {
    db.close();
  }
}
