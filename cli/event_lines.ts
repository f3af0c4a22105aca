import {
  type Instant,
  type KeyRange,
  type Milliseconds,
  type Outlook,
  type PartitionRange,
  type Progress,
  type RunId,
  visible,
} from "../core/mod.ts";
import type { Paint } from "./out.ts";
import { lasting, named, number, plural, rangeText, roughly, total } from "./text.ts";

/** How long a step that is at work is silent at most. */
const SILENCE: Milliseconds = 9_000;

interface Step {
  readonly name: string;
  readonly started: Instant;
  materialized: number;
  unchanged: number;
  at: { readonly done: number; readonly total: number; readonly unit: string } | undefined;
  outlook: Outlook;
  /** When the outlook was heard. */
  heard: Instant;
  told: Instant;
}

/** A run as lines, one an event; nothing of those that say little. */
export class EventLines {
  /** By run and step: several runs may be at work. */
  readonly #steps = new Map<string, Step>();
  readonly #waits = new Map<string, Instant>();

  constructor(readonly paint: Paint, readonly now: () => Instant) {}

  /** The line that tells an event. */
  of(progress: Progress): string[] {
    const { paint, now } = this;
    switch (progress.type) {
      case "run-started":
        return [`run ${progress.run} started`];
      case "recovered": {
        const { run, completed, reverted } = progress;
        const done = `${plural(completed, "publication")} completed, ${number(reverted)} put back`;
        return [`run ${run} was interrupted: ${done}`];
      }
      case "step-started": {
        const { asset, range: { from, to }, count } = progress;
        const name = named(asset, from, to, count);
        const at = { started: now(), heard: now(), told: now() };
        this.#steps.set(stepOf(progress), {
          name,
          ...at,
          materialized: 0,
          unchanged: 0,
          at: undefined,
          outlook: {},
        });
        return [`${name} started`];
      }
      case "partitions": {
        const step = this.#steps.get(stepOf(progress))!;
        step.materialized += progress.materialized;
        step.unchanged += progress.unchanged;
        return [];
      }
      case "step-progress": {
        const { done, total, unit, outlook } = progress;
        const step = this.#steps.get(stepOf(progress));
        // Code that did not listen to its end goes on.
        if (step === undefined) return [];
        const begins = outlook.note !== undefined && outlook.note !== step.outlook.note;
        Object.assign(step, { at: { done, total, unit }, outlook, heard: now() });
        return begins ? [this.#tell(step)] : this.reminders();
      }
      case "changed":
        return [`${progress.asset}: ${changedText(progress.ranges)}`];
      case "retrying": {
        const { name } = this.#steps.get(stepOf(progress))!;
        return [paint("yellow", `${name} tries again in ${lasting(progress.after)}: ${progress.error}`)];
      }
      case "waiting":
        this.#waits.set(waitOf(progress), now());
        return [
          progress.pool === undefined
            ? `${ranged(progress)} is at work in run ${progress.holder}: waiting`
            : `${ranged(progress)} waits for run ${progress.holder} to leave "${progress.pool}"`,
        ];
      case "waited": {
        const since = this.#waits.get(waitOf(progress))!;
        return [`${ranged(progress)} is waited for no longer, after ${lasting(now() - since)}`];
      }
      case "problem":
        return [paint("red", `${ranged(progress)} ${progress.outcome}`)];
      case "warning":
        return [warningLine(paint, progress.asset, progress.message)];
      case "step-ended": {
        const { name, materialized, unchanged } = this.#steps.get(stepOf(progress))!;
        this.#steps.delete(stepOf(progress));
        const kept = unchanged > 0 ? ` (${number(unchanged)} unchanged)` : "";
        const made = `${plural(materialized, "partition")}${kept} in ${lasting(progress.took)}`;
        return [`${name} ${paint(COLOUR[progress.outcome], progress.outcome)}: ${made}`];
      }
    }
  }

  /** Lines of the steps that have been silent for long. */
  reminders(): string[] {
    const silent = [...this.#steps.values()].filter(({ told }) => this.now() - told >= SILENCE);
    return silent.map((step) => this.#tell(step));
  }

  /** Drops the steps of a run that is over, or of all: those that lost their claim never say that they ended. */
  forget(run?: RunId): void {
    for (const step of this.#steps.keys()) if (isOf(step, run)) this.#steps.delete(step);
  }

  #tell(step: Step): string {
    const { name, started, at, outlook: { left, note }, heard } = step;
    const now = step.told = this.now();
    const rest = left === undefined ? undefined : Math.max(0, left - (now - heard));
    const said = [
      at === undefined
        ? `at work for ${roughly(now - started)}`
        : `${number(at.done)} of ${number(at.total)} ${at.unit}`,
      ...(note === undefined ? [] : [note]),
      ...(rest === undefined ? [] : [`about ${roughly(rest)} left`]),
    ];
    return `${name}: ${said.join(", ")}`;
  }
}

/** At most so many ranges are named in a line. */
const NAMED = 3;

/** Says of partitions that were asked again, and have other content than before, which they are. */
function changedText(ranges: readonly PartitionRange[]): string {
  const told = ranges.slice(0, NAMED).map(({ from, to, count }) => rangeText(from, to, count));
  if (ranges.length > NAMED) told.push(`and ${number(ranges.length - NAMED)} more ranges`);
  const which = told.filter((text) => text !== "").join(", ");
  return `${plural(total(ranges), "partition")} asked again, with other content than before${
    which === "" ? "" : `: ${which}`
  }`;
}

export function warningLine(paint: Paint, subject: string, message: string): string {
  return paint("yellow", `warning: ${visible(`${subject}: ${message}`)}`);
}

/** Names the step that progress tells of. */
export function stepOf({ run, step }: { readonly run: number; readonly step: number }): string {
  return `${run} ${step}`;
}

/** Whether a step, so named, is one of the run, where one is given. */
export function isOf(step: string, run: RunId | undefined): boolean {
  return run === undefined || step.startsWith(`${run} `);
}

/** Names what is waited for. */
export function waitOf({ asset, holder }: { readonly asset: string; readonly holder: number }): string {
  return `${holder} ${asset}`;
}

const COLOUR = { succeeded: "green", failed: "red", blocked: "red", cancelled: "yellow" } as const;

function ranged(
  { asset, range: { from, to } }: { readonly asset: string; readonly range: KeyRange },
): string {
  return named(asset, from, to);
}
