import type { Instant } from "../instant.ts";
import type { Ranges } from "../partition/ranges.ts";
import type { Edge, Node } from "../staleness/node.ts";
import type { Condition } from "./condition.ts";
import type { Memory, View } from "./view.ts";

/** Where a condition is evaluated: existing partitions of one asset. */
export interface Site {
  readonly view: View;
  readonly node: Node;
  readonly within: Ranges;
  /** The dependency through which the partitions are looked at; null for the asset's own. */
  readonly reader: Edge | null;
  /** The memory of the last evaluation; undefined at the first. */
  readonly memory: Memory | undefined;
  /** Where this condition was met last as far as it remembers; undefined at the first evaluation. */
  readonly before: Ranges | undefined;
  /** Remembers where this condition is met, for the next evaluation. */
  remember(met: Ranges): void;
  /** Evaluates a part of the condition, here or elsewhere. @returns Where it is met. */
  part(of: Condition, at?: { readonly within?: Ranges; readonly reader?: Edge }): Ranges;
}

/** An asset whose partitions are looked at while the time moves on. */
export interface Moving {
  readonly view: Pick<View, "index" | "cron">;
  readonly node: Node;
}

/** The meaning of one sort of condition. */
export interface Evaluator<C extends Condition> {
  /** The condition with its parameters, as people read it; `nameOf` names a part of it. */
  name(condition: C, nameOf: (part: Condition) => string): string;
  /** Those of the partitions within the site that meet the condition. */
  met(condition: C, site: Site): Ranges;
  /** The finding on the single partition of a site, in words; undefined where there is no more to say. */
  detail?(condition: C, site: Site, isMet: boolean): string | undefined;
  /**
   * The partitions that may meet the condition now and did not at `since`, or the other way round, by the time alone.
   * That further partitions exist, or are due to be asked again, is known of all conditions.
   *
   * @default none
   */
  moved?(condition: C, moving: Moving, since: Instant): Ranges;
  /** The partitions, beside those that events spoke of, that may meet the condition since, or no more. @default none */
  reached?(moving: Moving, touched: Ranges): Ranges;
  /** The next instant at which some may. @default Infinity */
  wakes?(condition: C, moving: Moving): Instant;
}

/** The conditions of one sort. */
export type Of<Sort extends Condition["condition"]> = Extract<Condition, { readonly condition: Sort }>;
