import type { Json, KeyRange, Milliseconds, Progress } from "../core/mod.ts";
import { isOf, stepOf } from "./event_lines.ts";
import type { Reporter } from "./live.ts";
import type { CommandLog } from "./command_log.ts";
import { total } from "./text.ts";

/** How often, at most, a step that gets on is told. */
const EACH: Milliseconds = 10_000;

/** At most so many ranges are told of a step. */
const MOST = 10;

/** The subjects of warnings beside assets and sources. */
const OWN: ReadonlySet<string> = new Set(["alert", "lake", "state"]);

interface Step {
  readonly fields: Readonly<Record<string, Json>>;
  materialized: number;
  unchanged: number;
  told: Milliseconds;
}

/** Tells runs as data: short messages, and what varies in fields. */
export class LoggedProgress implements Reporter {
  readonly #steps = new Map<string, Step>();

  constructor(readonly log: CommandLog, readonly awake: () => Milliseconds = () => performance.now()) {}

  observe = (progress: Progress): void => {
    const { log } = this;
    const { run } = progress;
    switch (progress.type) {
      case "run-started":
        return log.info("run started", { run });
      case "recovered": {
        const { completed, reverted } = progress;
        return log.info("run was interrupted: its publications are settled", { run, completed, reverted });
      }
      case "step-started": {
        const { step, asset, range, count: partitions } = progress;
        const fields = { run, step, asset, ...rangesOf(range), partitions };
        this.#steps.set(stepOf(progress), { fields, materialized: 0, unchanged: 0, told: this.awake() });
        return log.info("step started", fields);
      }
      case "partitions": {
        const at = this.#steps.get(stepOf(progress));
        if (at === undefined) return;
        at.materialized += progress.materialized;
        at.unchanged += progress.unchanged;
        return;
      }
      case "step-progress":
        return this.#getsOn(progress);
      case "changed": {
        const ranges = progress.ranges.map(({ from, to }) => ({ from, to }));
        const fields = {
          run,
          step: progress.step,
          asset: progress.asset,
          partitions: total(progress.ranges),
        };
        return log.info("partitions asked again have other content than before", {
          ...fields,
          ranges: ranges.slice(0, MOST),
          ...(ranges.length > MOST && { further: ranges.length - MOST }),
        });
      }
      case "retrying": {
        const { error, after } = progress;
        return log.warn("step tries again", { ...this.#fieldsOf(progress), error, seconds: after / 1_000 });
      }
      case "waiting":
      case "waited": {
        const { asset, range, holder, pool } = progress;
        const fields = { run, asset, ...rangesOf(range), holder, ...(pool !== undefined && { pool }) };
        return log.info(progress.type === "waiting" ? "waiting for another run" : "waited", fields);
      }
      case "problem": {
        const { asset, range, outcome, message: error } = progress;
        return log.error(`partitions ${outcome}`, { run, asset, ...rangesOf(range), error });
      }
      case "warning":
        return log.warn(progress.message, { run, asset: progress.asset });
      case "step-ended": {
        const { outcome, took } = progress;
        const { materialized = 0, unchanged = 0 } = this.#steps.get(stepOf(progress)) ?? {};
        const fields = {
          ...this.#fieldsOf(progress),
          outcome,
          materialized,
          unchanged,
          seconds: took / 1_000,
        };
        this.#steps.delete(stepOf(progress));
        const isWell = outcome === "succeeded" || outcome === "cancelled";
        return isWell ? log.info("step ended", fields) : log.error("step ended", fields);
      }
    }
  };

  warn = (subject: string, message: string): void => {
    const field = subject.includes("/") ? "asset" : OWN.has(subject) ? "about" : "source";
    this.log.warn(message, { [field]: subject });
  };

  say = (line: string): void => {
    this.log.info(line);
  };

  forget = (run?: number): void => {
    for (const step of this.#steps.keys()) if (isOf(step, run)) this.#steps.delete(step);
  };

  [Symbol.dispose](): void {}

  #getsOn(progress: Extract<Progress, { type: "step-progress" }>): void {
    const at = this.#steps.get(stepOf(progress));
    // Code that did not listen to its end goes on.
    if (at === undefined || this.awake() < at.told + EACH) return;
    at.told = this.awake();
    const { done, total, unit, outlook: { left, note } } = progress;
    this.log.info("step gets on", {
      ...at.fields,
      done,
      total,
      unit,
      ...(left !== undefined && { secondsLeft: Math.round(left / 1_000) }),
      ...(note !== undefined && { note }),
    });
  }

  #fieldsOf(progress: { readonly run: number; readonly step: number }): Readonly<Record<string, Json>> {
    return this.#steps.get(stepOf(progress))?.fields ?? { run: progress.run, step: progress.step };
  }
}

/** A range as a field; none where an asset has one partition. */
export function rangesOf({ from, to }: KeyRange): { readonly ranges?: Json } {
  return from === null && to === null ? {} : { ranges: [{ from, to }] };
}
