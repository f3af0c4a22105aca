import { DeclarationError } from "../errors.ts";
import type { Instant } from "../instant.ts";
import type { AutomationRequest, MaterializeRequest, PruneRequest } from "./resolve_request.ts";
import { requireName } from "./names.ts";

/** The due times to run that passed while no daemon was at work: none, the last one, or all, one after the other. */
export type CatchUp = "none" | "last" | "all";

/** A declared schedule: requests a run at each due time, which its cron expression names. Made by {@linkcode schedule}. */
export interface Schedule {
  readonly name: string;
  readonly description: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly catchUp: CatchUp;
  /** Whether each who leads asks for it, over its own assets: what prunes. Otherwise one does, for all. */
  readonly perLead: boolean;
  /** The request of a due time, or one line on why there is none. */
  readonly request: (due: Instant) => AutomationRequest | { readonly skip: string };
}

/** The declaration of a schedule: what it requests stands beside the times, or is answered by a function `request`. */
export type ScheduleOptions =
  & {
    /** Its name in `schedules`, `pause` and `ticks`. */
    readonly name: string;
    readonly description?: string;
    /** Minute, hour, day of the month, month, day of the week: `0 9 * * 1-5`. */
    readonly cron: string;
    /** IANA name. @default "UTC" */
    readonly timeZone?: string;
    /** @default "last" */
    readonly catchUp?: CatchUp;
  }
  & (MaterializeRequest | PruneRequest | { readonly request: Schedule["request"] });

/**
 * Declares a schedule. Each due time runs once at most; while the run before has not ended, no other is requested.
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
  return { name, description, cron, timeZone, catchUp, perLead: "prune" in declared, request };
}
