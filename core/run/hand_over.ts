import type { RunId } from "../event.ts";
import type { TakenRun } from "../ports/state.ts";
import { isBehind } from "../staleness/node.ts";
import { behindText } from "./behind.ts";
import type { Scope } from "./scope.ts";
import type { Session } from "./session.ts";

/** Whether what a queued run has not begun is left to another worker: this one is to end, or lacks the present code. */
export class HandOver {
  readonly #scope: Scope;
  readonly #taken: TakenRun | undefined;
  readonly #ending: AbortSignal | undefined;

  /** @param ending Aborted when the worker is to end. */
  constructor(scope: Scope, taken: TakenRun | undefined, ending: AbortSignal | undefined) {
    this.#scope = scope;
    this.#taken = taken;
    this.#ending = ending;
  }

  get isDue(): boolean {
    if (this.#taken === undefined) return false;
    return this.#ending?.aborted === true || this.#scope.keys().some(isBehind);
  }

  /** Says in the run's log, at a step, why it is handed back where other code of its assets was registered. */
  async log({ state, clock }: Session, run: RunId, step: number): Promise<void> {
    const entries = [...this.#scope.keys()].filter(isBehind).map((node) => ({
      step: Math.max(1, step),
      at: clock.now(),
      level: "warn" as const,
      message: `handed back, ${node.key}: ${behindText(node)}`,
      fields: {},
    }));
    if (entries.length > 0) await state.log(run, entries);
  }
}
