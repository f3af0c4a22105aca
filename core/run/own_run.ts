import type { RunId } from "../event.ts";
import type { RunRequest, TakenRun } from "../ports/state.ts";
import type { Cancellation } from "./cancellation.ts";
import type { News } from "./progress.ts";
import type { Session } from "./session.ts";

/** The run that work is recorded as: it is made once there is work, so that nothing to do leaves no trace. */
export class OwnRun {
  /** Its number; null as long as there is none. */
  id: RunId | null = null;
  readonly #session: Session;
  readonly #request: RunRequest;
  readonly #taken: TakenRun | undefined;
  readonly #cancellation: Cancellation;
  #begun: Promise<RunId> | undefined;
  #isOn = false;
  /** News from before it had a number. */
  #untold: News[] = [];

  /** @param taken The queued run that it is, if it is one: `begin` then makes no other. */
  constructor(
    session: Session,
    request: RunRequest,
    taken: TakenRun | undefined,
    cancellation: Cancellation,
  ) {
    this.#session = session;
    this.#request = request;
    this.#taken = taken;
    this.#cancellation = cancellation;
  }

  /** Goes on with the run that was taken; without one, nothing has begun yet. */
  take(): void {
    if (this.#taken === undefined) return;
    this.#begun = Promise.resolve(this.#taken.id);
    this.#began(this.#taken.id);
  }

  /** Its number, once it has one. */
  async begin(): Promise<RunId> {
    const { state, clock } = this.#session;
    this.#begun ??= state.beginRun(this.#request, clock.now()).then((run) => {
      this.#began(run);
      return run;
    });
    return await this.#begun;
  }

  /** How many partitions its workers had made before it was taken. */
  async madeBefore(): Promise<number> {
    if (this.#taken === undefined || this.#taken.steps === 0) return 0;
    return await this.#session.state.madeBy(this.#taken.id, this.#taken.seq);
  }

  tell(news: News): void {
    if (this.id === null) this.#untold.push(news);
    else this.#session.observe({ run: this.id, ...news });
  }

  /** Notes, once, that a queued run got on: who takes it up after a death need not give it up. */
  gotOn(): void {
    if (this.#taken === undefined || this.#isOn) return;
    this.#isOn = true;
    this.#session.state.gotOn(this.#taken.id).catch(() => this.#isOn = false);
  }

  #began(run: RunId): void {
    this.#session.observe({ run, type: "run-started" });
    this.id = run;
    this.#cancellation.begin(run);
    for (const news of this.#untold.splice(0)) this.tell(news);
  }
}
