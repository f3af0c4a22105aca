import type { Instant } from "../core/mod.ts";
import type { KeyRange, Progress } from "../core/run/progress.ts";
import type { Paint } from "./out.ts";
import { lasting, named, number, plural } from "./text.ts";

/** How often, in milliseconds, a step that goes on says how far it is. */
const INTERVAL = 5_000;

interface Step {
  readonly name: string;
  readonly count: number;
  materialized: number;
  unchanged: number;
  told: Instant;
}

/** What to print of a run's events, one line each; nothing of those that say little. */
export function eventLines(paint: Paint, now: () => Instant): (progress: Progress) => string[] {
  const steps = new Map<number, Step>();

  return (progress) => {
    switch (progress.type) {
      case "run-started":
        return [`run ${progress.run} started`];
      case "recovered": {
        const { run, completed, reverted } = progress;
        const done = `${plural(completed, "publication")} completed, ${number(reverted)} put back`;
        return [`run ${run} was interrupted: ${done}`];
      }
      case "step-started": {
        const { step, asset, range: { from, to }, count } = progress;
        const name = named(asset, from, to, count);
        steps.set(step, { name, count, materialized: 0, unchanged: 0, told: now() });
        return [`${name} started`];
      }
      case "partitions": {
        const step = steps.get(progress.step)!;
        step.materialized += progress.materialized;
        step.unchanged += progress.unchanged;
        return [];
      }
      case "step-progress": {
        const step = steps.get(progress.step)!;
        if (now() - step.told < INTERVAL) return [];
        step.told = now();
        return [`${step.name}: ${number(progress.done)} of ${number(progress.total)} ${progress.unit}`];
      }
      case "retrying":
        return [
          paint(
            "yellow",
            `${steps.get(progress.step)!.name} tries again in ${lasting(progress.after)}: ${progress.error}`,
          ),
        ];
      case "waiting":
        return [`${ranged(progress)} is at work in run ${progress.run}: waiting`];
      case "problem":
        return [paint("red", `${ranged(progress)} ${progress.outcome}`)];
      case "warning":
        return [paint("yellow", `warning: ${progress.asset}: ${progress.message}`)];
      case "step-ended": {
        const { name, materialized, unchanged } = steps.get(progress.step)!;
        steps.delete(progress.step);
        const kept = unchanged > 0 ? ` (${number(unchanged)} unchanged)` : "";
        const made = `${plural(materialized, "partition")}${kept} in ${lasting(progress.took)}`;
        return [`${name} ${paint(COLOUR[progress.outcome], progress.outcome)}: ${made}`];
      }
    }
  };
}

const COLOUR = { succeeded: "green", failed: "red", cancelled: "yellow" } as const;

function ranged(
  { asset, range: { from, to } }: { readonly asset: string; readonly range: KeyRange },
): string {
  return named(asset, from, to);
}
