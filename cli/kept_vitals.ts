import type { OpenLake, ProcessVitals, Pulse, Tables, Vitals } from "../core/mod.ts";
import type { App } from "./context.ts";
import { firstOf } from "./uncaught.ts";

/** How a process is, whose lake may break off and be opened again. */
export abstract class KeptVitals implements Vitals {
  #lake: OpenLake | undefined;
  #wasOpen = false;
  #broke: string | undefined;

  constructor(
    readonly app: App,
    readonly pulse: Pulse,
    readonly signal: AbortSignal,
    readonly tables: Tables,
  ) {}

  get lookbackDays(): number {
    return this.app.lookbackDays;
  }

  get about(): readonly string[] {
    return this.app.notices;
  }

  /** Whether it was open once. */
  get wasOpen(): boolean {
    return this.#wasOpen;
  }

  /** Notes that the lake is open, until what is returned is disposed of. */
  open(lake: OpenLake): Disposable {
    this.#lake = lake;
    this.#wasOpen = true;
    this.#broke = undefined;
    return { [Symbol.dispose]: () => this.#lake = undefined };
  }

  /** Notes what the work broke off with. @returns It, in a line. */
  broke(cause: unknown): string {
    for (const loop of ["ticks", "runs"] as const) this.pulse.beat(loop);
    return this.#broke = this.#lineOf(cause);
  }

  lake = (): OpenLake | undefined => this.#lake;

  get process(): ProcessVitals {
    return this.app.process;
  }

  async hindrance(): Promise<string | undefined> {
    if (this.signal.aborted) return "it ends";
    if (this.#lake === undefined) return this.#broke ?? await this.closed();
    try {
      if (!await this.app.isMade()) return "the lake or its state is gone";
      return await this.hindranceAt(this.#lake);
    } catch (cause) {
      return this.#lineOf(cause);
    }
  }

  /** Why the lake is not open, where it did not break off. */
  protected closed(): Promise<string> {
    return Promise.resolve("the lake is being opened");
  }

  /** Why it cannot work with a lake that is open. */
  protected abstract hindranceAt(lake: OpenLake): Promise<string | undefined>;

  #lineOf(cause: unknown): string {
    const error = firstOf(cause);
    const text = error instanceof Error ? error.message : String(error);
    return this.app.mask(text.replaceAll(/\s*\n\s*/g, " "));
  }
}
