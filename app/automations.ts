import type { AutomationNames, Automations, Sensor } from "../core/mod.ts";
import { reachable } from "../sensors/reachable.ts";
import { retention } from "../sensors/retention.ts";
import type { OpenAQWatch } from "./alerts.ts";
import type { Project } from "./project.ts";
import { askingAsset } from "./source.ts";

/** The pool of the assets that ask OpenAQ. */
const POOL = "openaq";

/**
 * What requests runs by itself: what pipelines and modules declare, and what is in the box, where its name is free.
 *
 * @param watch Asks OpenAQ whether it answers; without it, sensors are only looked at.
 */
export function automationsOf(project: Project, watch?: OpenAQWatch): Automations {
  const { schedules, sensors } = project;
  const names = new Set([...schedules, ...sensors].map(({ name }) => name));
  const isFree = ({ name }: { readonly name: string }) => !names.has(name);
  const hasSource = askingAsset(project.pipelines) !== undefined;
  return {
    schedules: [...schedules, ...[retention].filter(isFree)],
    sensors: [...(hasSource ? [openaqReachable(watch)] : []).filter(isFree), ...sensors],
  };
}

/** The names of the same. */
export function automationNames(project: Project): AutomationNames {
  const { schedules, sensors } = automationsOf(project);
  return { schedules: schedules.map(({ name }) => name), sensors: sensors.map(({ name }) => name) };
}

function openaqReachable(watch: OpenAQWatch | undefined): Sensor {
  return reachable({
    name: "openaq_reachable",
    description: "whether OpenAQ answers; while it does not, nothing that asks it is asked for",
    pool: POOL,
    service: watch && {
      known: () => watch.health.known(),
      probe: (signal) => watch.health.probe(watch.probe, signal),
    },
  });
}
