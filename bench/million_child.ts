import process from "node:process";
import { openSqliteState } from "../adapters/state/sqlite/open.ts";
import { timed } from "./figure.ts";
import { million, NOW } from "./million_graph.ts";
import { open } from "./trivial.ts";

/**
 * Opens the state at a path as a command does, and takes in all of it. The time is that which passes or, where other
 * programs keep the machine busy meanwhile, that in which this one was at work.
 */
const [path] = Deno.args;
const before = process.cpuUsage();
const passed = await timed(async () => {
  const state = await openSqliteState({ path: path!, access: "read" });
  const { index } = await open(million, state, () => NOW);
  await state.close();
  const { rows, set } = index.nodes.at(-1)!;
  if (rows.materialized([set.existing(NOW)!]) === 0) throw new Error("nothing was loaded");
});
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify(Math.min(passed, (user + system) / 1_000)));
