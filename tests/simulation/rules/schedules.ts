import { lastDue, type Next } from "../../../core/automation/catch_up.ts";
import type { Schedule } from "../../../core/automation/schedule.ts";
import { type Instant, iso } from "../../../core/instant.ts";
import type { RunRequest } from "../../../core/ports/state.ts";
import type { Oracle } from "../oracle.ts";

/** What hinders a schedule from asking. */
export interface Hindrance {
  readonly isPaused: boolean;
  readonly outage: boolean;
}

/** Due times up to an instant, one by one. */
function* dueTimes(next: Next, after: Instant, upTo: Instant): Generator<Instant> {
  for (let at = next(after); at <= upTo; at = next(at)) yield at;
}

/** Each due time that had to be asked for was: none before it came, and none is lost, whoever dies and hands over. */
export class ScheduleRule {
  /** Since when a schedule is known: what was due before is owed to nobody. */
  readonly #seen = new Map<string, Instant>();
  /** Up to when what was due is owed to nobody, as it was paused. */
  readonly #resumed = new Map<string, Instant>();

  /** How the keys of a schedule's runs begin. */
  readonly #keys = new Map<string, string>();

  /** The last due time that was asked for: a clock that is ahead leaves out what came before. */
  readonly #last = new Map<string, Instant>();

  constructor(readonly oracle: Oracle) {}

  kept(key: string, upTo: Instant): void {
    const [name = ""] = key.split(" ");
    if (!this.#seen.has(name)) this.#seen.set(name, upTo);
  }

  paused(name: string, at: Instant): void {
    this.#resumed.set(name, Math.max(at, this.#resumed.get(name) ?? at));
  }

  /** A run was asked for by a clock that says `at`. */
  asked({ key, tags }: RunRequest, at: Instant): void {
    if (tags?.by !== "schedule" || key === undefined) return;
    const end = key.lastIndexOf("/") + 1;
    this.#keys.set(tags.name!, key.slice(0, end));
    const due = Date.parse(key.slice(end));
    if (due > at) throw this.oracle.violation(`${key} was asked for at ${iso(at)}, before it came`);
    this.#last.set(tags.name!, Math.max(due, this.#last.get(tags.name!) ?? due));
  }

  /** A schedule looked, unhindered, and has ended to: its last due time was asked for, unless that is not to be caught up. */
  looked({ name, catchUp }: Schedule, next: Next, at: Instant): void {
    const since = this.#owedSince(name);
    if (since === undefined || catchUp === "none") return;
    const due = lastOf(dueTimes(next, since, at));
    if (due === undefined || due <= (this.#last.get(name) ?? -Infinity)) return;
    throw this.oracle.violation(`"${name}" looked at ${iso(at)} and lost what was due at ${iso(due)}`);
  }

  /** Nothing is left to be asked for at an instant. */
  atRest({ name, catchUp }: Schedule, next: Next, now: Instant): void {
    const since = this.#owedSince(name);
    if (since === undefined) return;
    for (const due of catchUp === "all" ? dueTimes(next, since, now) : []) {
      if (this.#isAsked(name, due)) continue;
      throw this.oracle.violation(`"${name}" never asked for what was due at ${iso(due)}`);
    }
    const last = catchUp === "last" ? lastDue(next, since, now) : undefined;
    if (last !== undefined && last > (this.#last.get(name) ?? -Infinity)) {
      throw this.oracle.violation(`"${name}" did not catch up what was due at ${iso(last)}`);
    }
  }

  #owedSince(name: string): Instant | undefined {
    const seen = this.#seen.get(name);
    return seen && Math.max(seen, this.#resumed.get(name) ?? seen);
  }

  #isAsked(name: string, due: Instant): boolean {
    return this.oracle.queue.run(this.#keys.get(name) + iso(due)) !== undefined;
  }
}

function lastOf(times: Iterable<Instant>): Instant | undefined {
  let last: Instant | undefined;
  for (const at of times) last = at;
  return last;
}
