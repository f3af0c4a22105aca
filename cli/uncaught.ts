import { type Observer, show } from "../core/mod.ts";
import { stepOf } from "./event_lines.ts";
import { named } from "./text.ts";

/** The place in the code that an error comes from, as its stack names it first. */
const PLACE = /\n\s+at (?:.*\()?(\S+:\d+:\d+)\)?/;

/** The steps at work, so that an error that no code waits for is told with those that it may come from. */
export class StepsAtWork {
  readonly #steps = new Map<string, string>();

  observe: Observer = (progress) => {
    if (progress.type === "step-started") {
      const { asset, range: { from, to }, count } = progress;
      this.#steps.set(stepOf(progress), named(asset, from, to, count));
    } else if (progress.type === "step-ended") this.#steps.delete(stepOf(progress));
  };

  /** One line on an error that no code waits for. */
  line(error: unknown): string {
    const steps = [...this.#steps.values()];
    const at = steps.length === 0 ? "the command" : steps.join(", ");
    const message = error instanceof Error
      ? error.message || error.name
      : typeof error === "string"
      ? error
      : show(error);
    const place = error instanceof Error ? PLACE.exec(error.stack ?? "")?.[1] : undefined;
    return `running ${at}: found an error that no code waits for: ${message.replaceAll(/\s*\n\s*/g, " ")}` +
      `${place === undefined ? "" : ` (at ${place})`}, wanted every promise awaited and every error caught`;
  }
}

/** The first error, where closing failed after it. */
export function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error;
}
