import { when } from "../../../core/automation/condition.ts";
import { contains } from "../../../core/partition/ranges.ts";
import { agrees, membersOf, type Spot, standingOf } from "./world.ts";

const isReady = (spot: Spot) => isThere(spot) && !isExpired(spot);

/** Whether it is sound, and was not found gone. */
function isThere({ view: { index }, node, partition }: Spot): boolean {
  return index.isSound(node, partition) && !contains(index.gone(node), partition);
}

function isExpired(spot: Spot): boolean {
  const { log, node, partition } = spot;
  const own = standingOf(spot)?.seq ?? Infinity;
  return log.some((event) =>
    event.kind === "expired" && event.asset === node.key && event.seq > own && event.from <= partition &&
    partition <= event.to
  );
}

Deno.test("ready is what is sound and has its files", () => agrees(when.ready, () => isReady));

Deno.test("what is merely in order before another is ready without its files, too", () =>
  agrees(
    when.allUpstream(when.ready),
    () => (spot) =>
      spot.node.up.every((edge) =>
        membersOf({ ...spot, node: { ...spot.node, up: [edge] } }).every((member) =>
          edge.mode === "order" ? isThere(member) : isReady(member)
        )
      ),
  ));
