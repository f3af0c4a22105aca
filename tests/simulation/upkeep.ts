import type { Versions } from "../../core/ports/versions.ts";
import type { Upkeep } from "../../core/run/session.ts";
import type { World } from "./world.ts";

/** What retention asks of a lake: which versions are kept, and nothing to sweep. */
export function upkeepOf({ lake }: Pick<World, "lake">): Upkeep {
  const keeps: Versions["keeps"] = (versions) =>
    Promise.resolve(
      versions.map(({ ref, dataVersion }) =>
        lake.read(lake.kept(ref.path, dataVersion))?.length === ref.size
      ),
    );
  return { versions: { below: () => Promise.resolve([]), keeps }, sweep: () => Promise.resolve(0) };
}
