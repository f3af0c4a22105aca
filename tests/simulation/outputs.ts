import type { AssetKey, RunId } from "../../core/event.ts";
import type { FailedOutput, Output } from "../../core/output.ts";
import { contentOf, filesOf, type Made, pathOf } from "./content.ts";
import type { Sketch } from "./sketch.ts";
import type { Worker } from "./worker.ts";

/** Tells the rules what user code is about to yield. */
export function announce(
  { world }: Worker,
  run: RunId,
  asset: AssetKey,
  group: readonly (Output | FailedOutput)[],
): void {
  world.oracle.publications.yielded(run, asset, group.filter((each) => "dataVersion" in each));
}

/** Stages what a partition is made of. */
export function output(
  sketch: Sketch,
  { world: { lake } }: Worker,
  partition: number,
  dataVersion: string,
  staging: string,
  made: Made,
): Output {
  const { key } = sketch;
  const places = Array.from({ length: sketch.files }, (_, place) => place);
  return {
    partition,
    dataVersion,
    metadata: { made: { type: "text", value: JSON.stringify(made) } },
    ...(made.asOf !== undefined && { asOf: made.asOf }),
    staged: places.map((place) => {
      const final = pathOf(key, partition, place);
      if (place >= filesOf(sketch, dataVersion)) return { final, absent: true };
      const temporary = `${staging}-${place}`;
      lake.write(temporary, contentOf(key, partition, dataVersion, place));
      return { final, temporary };
    }),
  };
}
