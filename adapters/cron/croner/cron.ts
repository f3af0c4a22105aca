import { Cron as Expression } from "croner";
import type { Cron, Instant } from "../../../core/mod.ts";

/** Reads cron expressions with croner. */
export class CronerCron implements Cron {
  readonly #known = new Map<string, Expression>();

  next(pattern: string, timeZone: string, after: Instant): Instant {
    const key = `${timeZone} ${pattern}`;
    const known = this.#known.get(key) ?? read(pattern, timeZone);
    this.#known.set(key, known);
    return known.nextRun(new Date(after))?.getTime() ?? Infinity;
  }
}

function read(pattern: string, timeZone: string): Expression {
  try {
    const expression = new Expression(pattern, { timezone: timeZone, paused: true });
    // The zone is looked up by the first question alone.
    expression.nextRun(new Date(0));
    return expression;
  } catch (cause) {
    throw new RangeError(
      `reading a cron expression: found "${pattern}" in the zone "${timeZone}", ` +
        'wanted one such as "0 9 * * 1-5" in a zone such as "Asia/Ho_Chi_Minh"',
      { cause },
    );
  }
}
