import { CancelledError } from "../errors.ts";
import type { RunId } from "../event.ts";
import { SECOND } from "../instant.ts";
import { LostLeaseError } from "../ports/state.ts";
import type { Session } from "./session.ts";

/** How often it is looked whether the end of a run was requested. */
const LOOK = SECOND;

/**
 * Aborts a run's signal once somebody asked the state for its end, once this worker's lease is lost, or where it is aborted
 * here. Dispose of it.
 */
export class Cancellation implements Disposable {
  readonly signal: AbortSignal;
  readonly #session: Session;
  readonly #controller = new AbortController();
  readonly #over = new AbortController();
  #run: RunId | undefined;

  constructor(session: Session, here: AbortSignal) {
    this.#session = session;
    this.signal = AbortSignal.any([here, this.#controller.signal]);
  }

  /** Looks each second from now on. */
  begin(run: RunId): void {
    this.#run = run;
    this.#watch().catch(() => {}); // it is over
  }

  /** Looks again later where the state cannot tell now. */
  async look(): Promise<void> {
    if (this.#run === undefined || this.signal.aborted) return;
    const reason = await this.#session.state.isCancelled(this.#run).then(
      (isCancelled) => isCancelled ? new CancelledError("cancelled") : undefined,
      (error) => error instanceof LostLeaseError ? error : undefined,
    );
    if (reason !== undefined) this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }

  async #watch(): Promise<void> {
    while (!this.signal.aborted) {
      await this.#session.clock.sleep(LOOK, this.#over.signal);
      await this.look();
    }
  }
}
