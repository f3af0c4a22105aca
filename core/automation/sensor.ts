import type { AssetKey } from "../event.ts";
import { DeclarationError } from "../errors.ts";
import { type Duration, type Instant, type Milliseconds, milliseconds } from "../instant.ts";
import type { PartitionSet } from "../partition/partition_set.ts";
import type { Json } from "../ports/key_value.ts";
import type { Publisher } from "../ports/publisher.ts";
import type { State } from "../ports/state.ts";
import type { Report } from "../run/report.ts";
import type { AutomationRequest } from "./resolve_request.ts";
import { requireName } from "./names.ts";

/** A run that a sensor asks for: once for each key, however often it is asked for. */
export type SensorRequest = AutomationRequest & { readonly key: string };

/** The findings of a sensor. All of it may be empty. */
export interface Sensed {
  /** Runs to be asked for. */
  readonly requests?: readonly SensorRequest[];
  /** Partitions of external assets as others wrote them; what is known already is not recorded again. */
  readonly reports?: readonly (Report & { readonly asset: AssetKey })[];
  /** By pool, why the service that its assets ask does not answer; null where it does. What asks it waits meanwhile. */
  readonly down?: Readonly<Record<string, string | null>>;
  /** The cursor that the next call is given; undefined: that of this one. It moves once all that was found is recorded. */
  readonly cursor?: Json | undefined;
  /** Why nothing is asked for, in words. */
  readonly skip?: string;
}

/** The files of the lake, as sensors look at them. */
export interface LakeFiles extends Pick<Publisher, "found" | "present"> {
  /** The paths of the files at or below a folder, ascending. */
  list(folder: string): Promise<readonly string[]>;
  /** The files of latest materializations below a folder. */
  readonly known: State["filesBelow"];
}

/** The context of a sensor. */
export interface SensorContext<Resources> {
  /** The cursor that the last call returned; undefined at the first. */
  readonly cursor: Json | undefined;
  readonly now: Instant;
  /** Aborted when its time is over. */
  readonly signal: AbortSignal;
  /** The resources of the graph's assets. */
  readonly resources: Resources;
  readonly files: LakeFiles;
  readonly runs: Pick<State, "runs" | "run">;
  /** @throws {DeclarationError} If the graph has no such asset. */
  partitions(asset: AssetKey): PartitionSet;
}

/** A function that looks again and again whether there is something to ask for. */
// deno-lint-ignore no-explicit-any
export interface Sensor<Resources = any> {
  readonly name: string;
  readonly description: string;
  /** It is called no sooner after its last call. */
  readonly every: Milliseconds;
  readonly timeout: Milliseconds;
  readonly sense: (context: SensorContext<Resources>) => Sensed | Promise<Sensed>;
}

/** How a sensor is declared. */
export interface SensorOptions<Resources> {
  /** As `sensors` and `pause` name it. */
  readonly name: string;
  readonly description?: string;
  /** The least time between two calls; after failures it doubles each time, up to ten minutes. @default 30 seconds */
  readonly every?: Duration;
  /** @default a minute */
  readonly timeout?: Duration;
  readonly sense: Sensor<Resources>["sense"];
}

/**
 * Declares a sensor. It may be called again with the same cursor, such as after a kill: it is to find the same then, under
 * the same keys.
 *
 * @throws {DeclarationError} If the name, the interval or the timeout cannot be used.
 */
export function sensor<Resources = unknown>(options: SensorOptions<Resources>): Sensor<Resources> {
  const { name, description = "", every = { seconds: 30 }, timeout = { minutes: 1 }, sense } = options;
  requireName("sensor", name);
  for (const [what, duration] of Object.entries({ interval: every, timeout })) {
    if (milliseconds(duration) > 0) continue;
    throw new DeclarationError(
      `declaring the sensor "${name}": found the ${what} ${JSON.stringify(duration)}, wanted some time`,
    );
  }
  return { name, description, every: milliseconds(every), timeout: milliseconds(timeout), sense };
}
