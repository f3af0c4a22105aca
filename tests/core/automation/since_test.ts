import { when } from "../../../core/automation/condition.ts";
import { agrees, failureOf, type Spot, standingOf } from "./world.ts";

const isUpdated = (spot: Spot) => {
  const standing = standingOf(spot);
  return standing?.kind === "materialized" && standing.seq > (spot.last?.seq ?? Infinity);
};

/** Where one was met, and not the other later, as it is found partition by partition. */
function since(of: (spot: Spot) => boolean, reset: (spot: Spot) => boolean) {
  const met = new Set<string>();
  return (spot: Spot) => {
    const key = `${spot.node.key} ${spot.partition}`;
    if (reset(spot)) met.delete(key);
    if (of(spot)) met.add(key);
    return met.has(key);
  };
}

Deno.test("since is met from when the one is met until the other is met later", () =>
  agrees(
    when.since(when.failed(), when.newlyUpdated),
    () => since((spot) => failureOf(spot) !== undefined, isUpdated),
  ));

Deno.test("since remembers of all partitions, whatever else is asked of them", () =>
  agrees(when.and(when.missing, when.since(when.newlyUpdated, when.failed())), () => {
    const updated = since(isUpdated, (spot) => failureOf(spot) !== undefined);
    return (spot) => {
      const isMet = updated(spot);
      return standingOf(spot)?.kind !== "materialized" && isMet;
    };
  }));
