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

/** A request of a sensor. Requests with one `key` are one run, however often they are made. */
export type SensorRequest = AutomationRequest & { readonly key: string };

/** The answer of a sensor's `sense`; all of it may be left out. */
export interface Sensed {
  /** Runs to be queued. */
  readonly requests?: readonly SensorRequest[];
  /** Partitions of external assets that others wrote; those that are known already are not recorded again. */
  readonly reports?: readonly (Report & { readonly asset: AssetKey })[];
  /** By pool, one line on why the service that its assets use is down, and they wait; null where it answers. */
  readonly down?: Readonly<Record<string, string | null>>;
  /** The cursor for the next call, kept once all requests and reports are recorded. @default this call's */
  readonly cursor?: Json | undefined;
  /** One line on why nothing is requested. */
  readonly skip?: string;
}

/** The lake's files, for sensors; paths are below the lake's root. */
export interface LakeFiles extends Pick<Publisher, "found" | "present"> {
  /** The paths of the files at or below a folder, ascending. */
  list(folder: string): Promise<readonly string[]>;
  /** The files below a folder that latest materializations name. */
  readonly known: State["filesBelow"];
}

/** The argument of a sensor's `sense`. */
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

/** A declared sensor: a function that is called again and again and may request runs. Made by {@linkcode sensor}. */
// deno-lint-ignore no-explicit-any
export interface Sensor<Resources = any> {
  readonly name: string;
  readonly description: string;
  /** The least time between two calls. */
  readonly every: Milliseconds;
  readonly timeout: Milliseconds;
  readonly sense: (context: SensorContext<Resources>) => Sensed | Promise<Sensed>;
}

/** The declaration of a sensor. */
export interface SensorOptions<Resources> {
  /** Its name in `sensors`, `pause` and `ticks`. */
  readonly name: string;
  readonly description?: string;
  /** The least time between two calls; after failures it doubles each time, up to ten minutes. @default 30 seconds */
  readonly every?: Duration;
  /** The longest that one call may take. @default a minute */
  readonly timeout?: Duration;
  readonly sense: Sensor<Resources>["sense"];
}

/**
 * Declares a sensor. After a kill it may be called again with the same cursor: it must then answer the same requests under
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
