import type { Pipeline } from "../assets/group.ts";
import type { Config } from "../config.ts";
import type {
  Alerter,
  AskNames,
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
import { asked } from "./source.ts";
import { systemClock } from "./system.ts";
import type { TimeOfLake } from "./time.ts";

export interface AlertsParts {
  readonly config: Config;
  readonly pipelines: readonly Pipeline[];
  readonly orchestrator: Orchestrator;
  readonly state: State;
  /** OpenAQ, where it is asked. */
  readonly openaq: OpenAQWatch | undefined;
  /** The schedules and sensors that ask. */
  readonly asks: AskNames;
  /** When something is due next to be asked for. */
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

/** What tells people of what is wrong with the lake. */
export async function openAlerter(
  { config, pipelines, orchestrator, state, openaq, asks, due, time, warn, tracer }: AlertsParts,
): Promise<Alerter> {
  const asset = asked(pipelines);
  const isAsked = asset !== undefined && openaq !== undefined;
  return await orchestrator.alerter({
    rules: alerts(config),
    channels: await channelsOf(config, tracer),
    asks,
    due,
    machine: systemClock,
    speed: time.speed,
    tell: ({ rule, subject, message }) => warn("alert", `${rule} ${subject}: ${message}`),
    ...(isAsked && {
      sources: [{ ...openaq, asset }],
      sensors: () => failingSensors(state.keyValue),
    }),
  });
}
