import type { RunId } from "../event.ts";
import type { RunRequest } from "../ports/state.ts";
import type { RunResult } from "./tally.ts";

/** A queued run as it ended here. */
export interface Worked {
  readonly run: RunId;
  readonly request: RunRequest;
  /**
   * Refused where the graph cannot do what was requested; handed back where its worker was told to end, or where it waits
   * for a service that is down.
   */
  readonly outcome: RunResult | { readonly status: "refused"; readonly message: string } | {
    readonly status: "handed-back";
    /** Why it waits. */
    readonly waits?: string;
  };
}
