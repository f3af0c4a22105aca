import { derive, isPoison, type Made } from "../content.ts";
import { Violation } from "../oracle.ts";
import type { Reference } from "../reference.ts";
import type { Sketch } from "../sketch.ts";
import type { World } from "../world.ts";

/**
 * After everything was materialized without a fault, only what checks refuse, and what needs that, is not fresh.
 *
 * @param isMade Whether a partition was to be made. @default all were
 */
export function onlyHeldBack(
  world: World,
  reference: Reference,
  isMade: (sketch: Sketch, partition: number) => boolean = () => true,
): void {
  for (const sketch of world.sketches) {
    if (sketch.kind === "external") continue;
    for (const partition of reference.existing(sketch.key)) {
      if (!isMade(sketch, partition)) continue;
      const name = `${sketch.key} ${partition}`;
      if (reference.isFresh(sketch.key, partition)) {
        const { event, made } = reference.row(sketch.key, partition)!;
        const rolledBack = world.oracle.rolledBack(event);
        if (
          sketch.kind === "derived" && !rolledBack &&
          event.dataVersion !== derive(sketch, partition, made.reads)
        ) {
          throw new Violation(`${name} is fresh, and not what its inputs make`);
        }
        continue;
      }
      const blocked = sketch.deps.some((dependency) =>
        dependency.mode !== "present" &&
        reference.members(sketch, dependency, partition).some((member) =>
          !reference.isSound(dependency.upstream, member) ||
          // It is due, and what it answers now is refused.
          !reference.isFresh(dependency.upstream, member) ||
          (dependency.mode === "content" && reference.row(dependency.upstream, member)?.expired)
        )
      );
      if (!blocked && !isRefused(world, sketch, partition, reference)) {
        throw new Violation(`${name} is not fresh, though nothing holds it back`);
      }
    }
  }
}

function isRefused(world: World, sketch: Sketch, partition: number, reference: Reference): boolean {
  if (!sketch.checks.includes("blocking")) return false;
  if (sketch.kind === "source") return isPoison(world.truth(sketch.key, partition));
  const reads: Record<string, Made["reads"][string]> = {};
  for (const dependency of sketch.deps) {
    reads[dependency.upstream] = reference.readNow(sketch, dependency, partition);
  }
  return isPoison(derive(sketch, partition, reads));
}
