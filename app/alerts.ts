import type { Config } from "../config.ts";
import type {
  Alerter,
  AutomationNames,
  Instant,
  Orchestrator,
  Probe,
  SourceHealth,
  State,
  Tracer,
  Warn,
} from "../core/mod.ts";
import { alerts } from "../sensors/alerts.ts";
import { failingSensors } from "../sources/openaq/gaps.ts";
import { channelsOf } from "./channels.ts";
import type { Project } from "./project.ts";
import { askingAsset } from "./source.ts";
import type { TimeOfLake } from "./time.ts";

export interface AlertsParts {
  readonly config: Config;
  readonly project: Project;
  readonly orchestrator: Orchestrator;
  readonly state: State;
  /** OpenAQ, where it is asked. */
  readonly openaq: OpenAQWatch | undefined;
  /** The schedules and sensors. */
  readonly automations: AutomationNames;
  /** When something is due next to be requested. */
  readonly due: () => Instant;
  readonly time: TimeOfLake;
  readonly warn: Warn;
  readonly tracer: Tracer;
}

/** What is known of OpenAQ, and what asks whether it answers. */
export interface OpenAQWatch {
  readonly health: SourceHealth;
  readonly probe: Probe;
}

/** The rules of the lake, those in the box among them. */
export function rulesOf(config: Config, { graph, rules }: Pick<Project, "graph" | "rules">) {
  return alerts({ ...config, own: rules, assets: [...graph.byKey.keys()] });
}

/** What tells people of what is wrong with the lake. */
export async function openAlerter(
  {
    config,
    project,
    orchestrator,
    state,
    openaq,
    automations,
    due,
    time,
    warn,
    tracer,
  }: AlertsParts,
): Promise<Alerter> {
  const asset = askingAsset(project.pipelines);
  const hasSource = asset !== undefined && openaq !== undefined;
  return await orchestrator.alerter({
    rules: rulesOf(config, project),
    channels: await channelsOf(config, tracer),
    automations,
    due,
    speed: time.speed,
    tell: ({ rule, subject, message }) => warn("alert", `${rule} ${subject}: ${message}`),
    ...(hasSource && {
      sources: [{ ...openaq, asset }],
      sensors: () => failingSensors(state.keyValue),
    }),
  });
}
