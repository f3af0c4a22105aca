import { DeclarationError } from "../errors.ts";
import type { Instant } from "../instant.ts";
import type { AutomationRequest, MaterializeRequest, PruneRequest } from "./resolve_request.ts";
import { requireName } from "./names.ts";

/** Which of the due times that passed while nobody looked are asked for: none, the last one, or all, one after the other. */
export type CatchUp = "none" | "last" | "all";

/** A run that is asked for at the times that a cron expression names. */
export interface Schedule {
  readonly name: string;
  readonly description: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: CatchUp;
  /** The run of a due time, or why there is none. */
  readonly request: (due: Instant) => AutomationRequest | { readonly skip: string };
}

/** How a schedule is declared: with a selection to bring up to date, or else with `request`. */
export type ScheduleOptions =
  & {
    /** As `schedules` and `pause` name it. */
    readonly name: string;
    readonly description?: string;
    /** Such as `0 9 * * 1-5`. */
    readonly cron: string;
    /** @default UTC */
    readonly timeZone?: string;
    /** @default the last one */
    readonly catchUp?: CatchUp;
  }
  & (MaterializeRequest | PruneRequest | { readonly request: Schedule["request"] });

/**
 * Declares a schedule. Each due time is asked for once, as its run has the schedule's name and the time as its key; while
 * the last run has not ended, none is.
 *
 * @throws {DeclarationError} If the name cannot be used.
 */
export function schedule(options: ScheduleOptions): Schedule {
  const { name, description = "", cron, timeZone = "UTC", catchUp = "last", ...declared } = options;
  requireName("schedule", name);
  if (!["none", "last", "all"].includes(catchUp)) {
    throw new DeclarationError(
      `declaring the schedule "${name}": found the catch-up "${catchUp}", wanted none, last or all`,
    );
  }
  const request = "request" in declared ? declared.request : () => declared;
  return { name, description, cron, timeZone, catchUp, request };
}
