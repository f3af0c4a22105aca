import { join } from "@std/path";
import { App, openApp } from "../../../app.ts";
import type { Lake } from "../../../app/lake.ts";
import type { Instant, Ticking } from "../../../core/mod.ts";
import type { MonthClock } from "./clock.ts";

const never = new AbortController().signal;

/** A lake by a clock of its own, and what keeps it true: one daemon after another. */
export class Life {
  #lake: Lake | undefined;
  #tickings: readonly Ticking[] = [];

  private constructor(readonly app: App) {}

  static async open(
    folder: string,
    env: Readonly<Record<string, string>>,
    clock: MonthClock,
  ): Promise<Life> {
    const own = { LAKE_URL: join(folder, "lake"), STATE_URL: join(folder, "state.sqlite"), ...env };
    const { config, groups } = await openApp({ env: own, cwd: folder });
    return new Life(new App(config, groups, { clock, speed: 1, troubled: undefined }));
  }

  async begin(): Promise<void> {
    this.#lake = await this.app.lake("write");
    this.#tickings = await this.#lake.tickers();
  }

  /** Asks for what is due and does it, until nothing is. */
  async live(): Promise<void> {
    const { orchestrator } = this.#lake!;
    for (let done = 1; done > 0;) {
      for (const ticking of this.#tickings) await ticking.tick(never);
      done = 0;
      for await (const _ of orchestrator.work()) done++;
    }
    await this.#tickings.at(-1)!.tick(never);
  }

  async end(): Promise<void> {
    await this.#lake!.tell(never);
    await this.#lake![Symbol.asyncDispose]();
  }

  /** Makes all of some days in one run, as somebody types it. */
  async materialize(from: string, to: string): Promise<string> {
    await using lake = await this.app.lake("write");
    const { status, errors } = await lake.orchestrator.materialize({
      assets: new Set(lake.graph.assets.map(({ key }) => key)),
      lookbackDays: this.app.lookbackDays,
      from,
      to,
    });
    return [status, ...errors.map(({ message }) => message)].join(": ");
  }

  get now(): Instant {
    return this.app.now();
  }
}
