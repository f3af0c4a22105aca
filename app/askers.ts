import type { Config } from "../config.ts";
import type { Askers, KeyValue, Sensor } from "../core/mod.ts";
import { reachable } from "../sensors/reachable.ts";
import { retention } from "../sensors/retention.ts";
import { BUILT_IN, builtIn } from "./openaq.ts";
import type { Project } from "./project.ts";
import { asked } from "./source.ts";
import { MACHINE, type TimeOfLake } from "./time.ts";

/** The pool of the assets that ask OpenAQ. */
const POOL = "openaq";

export interface Over {
  /** Keeps the pace; without it, sensors are only looked at. */
  readonly keyValue?: KeyValue;
  readonly time?: TimeOfLake;
}

/** What asks for runs by itself: what pipelines and modules declare, and what is in the box, where its name is free. */
export function askersOf(config: Config, project: Project, over: Over = {}): Askers {
  const { schedules, sensors } = project;
  const names = new Set([...schedules, ...sensors].map(({ name }) => name));
  const isFree = ({ name }: { readonly name: string }) => !names.has(name);
  const isAsked = asked(project.pipelines) !== undefined;
  return {
    schedules: [...schedules, ...[retention].filter(isFree)],
    sensors: [...(isAsked ? [openaqReachable(config, project, over)] : []).filter(isFree), ...sensors],
  };
}

function openaqReachable(
  { openaq }: Config,
  { graph }: Project,
  { keyValue, time: { clock, troubled } = MACHINE }: Over,
): Sensor {
  const assets = graph.assets.filter(({ pool }) => pool === POOL).map(({ key }) => key);
  return reachable({
    name: "openaq_reachable",
    description: "whether OpenAQ answers; while it does not, nothing that asks it is asked for",
    pool: POOL,
    assets,
    async probe(signal) {
      const [{ probe }, { paced, unpaced }] = await Promise.all([
        import("../sources/openaq/probe.ts"),
        import("../sources/openaq/pace.ts"),
      ]);
      const { url, key, timeout, perMinute, perHour } = openaq;
      const common = { key, timeout, clock };
      return url === null
        ? await probe(
          { ...common, url: BUILT_IN, fetch: await builtIn(clock, troubled), pace: unpaced },
          signal,
        )
        : await probe(
          { ...common, url, fetch, pace: paced({ perMinute, perHour, kv: keyValue!, clock }) },
          signal,
        );
    },
  });
}
