import { keyOfLead, leadOf } from "../daemon/leading.ts";
import { DeclarationError } from "../errors.ts";
import type { AssetKey, RunId } from "../event.ts";
import { type Instant, iso, MINUTE, SECOND } from "../instant.ts";
import type { Cron } from "../ports/cron.ts";
import { type RunRequest, StateError, type TickRecord } from "../ports/state.ts";
import { isOpen, MOST_OPEN, OPEN } from "../run/recover.ts";
import { messageOf, type Session } from "../run/session.ts";
import { traceable } from "../run/traced.ts";
import { resolveRequest } from "./resolve_request.ts";
import { dueBy, type Next } from "./catch_up.ts";
import { outageOver, outagesIn } from "../outages.ts";
import { pauseOf } from "./pauses.ts";
import type { Schedule } from "./schedule.ts";
import type { Tick, Ticking } from "./ticker.ts";

/** How far a schedule has come, in the state. */
interface Kept {
  /** Read otherwise, what was due before is not known. */
  readonly cron: string;
  readonly timeZone: string;
  /** The due times up to this instant are done with. */
  readonly upTo: Instant;
  /** The last run. */
  readonly run: RunId | null;
}

export interface ScheduleOver {
  readonly session: Session;
  readonly cron: Cron;
  readonly lookbackDays: number;
  /** The assets that another asks for. @default none */
  readonly left?: ReadonlySet<AssetKey>;
}

/** Asks for the runs of a schedule whose time has come. */
export class ScheduleTicker implements Ticking {
  readonly name: string;
  readonly #over: ScheduleOver;
  readonly #schedule: Schedule;
  readonly #next: Next;
  /** The lead that it is asked for of; undefined where one asks for all. */
  readonly #lead: string | undefined;
  /** Its name in keys. */
  readonly #key: string;
  /** Until then nothing is due, unless the clock is set back before `from`. */
  #rest: { readonly from: Instant; readonly until: Instant } | undefined;
  #wakes: Instant = -Infinity;
  /** Why it waited last, as it is kept. */
  #waited: { readonly detail: string; readonly at: Instant } | undefined;

  /** @throws {DeclarationError} If the schedule's expression or zone cannot be read. */
  constructor(schedule: Schedule, over: ScheduleOver) {
    this.name = schedule.name;
    this.#over = over;
    this.#schedule = schedule;
    this.#next = nextOf(schedule, over.cron);
    this.#lead = schedule.perLead ? leadOf(over.session.index.nodes.map(({ asset }) => asset)) : undefined;
    this.#key = schedule.name + keyOfLead(this.#lead ?? "");
  }

  get wakes(): Instant {
    return this.#wakes;
  }

  async tick(): Promise<Tick> {
    const { session: { state, clock } } = this.#over;
    const { name, cron, timeZone, catchUp } = this.#schedule;
    const now = clock.now();
    const nothing: Tick = { at: now, runs: [] };
    if (this.#rest !== undefined && this.#rest.from <= now && now < this.#rest.until) return nothing;
    const pause = await pauseOf(state.keyValue, name);
    this.#rest = undefined;
    this.#wakes = pause?.paused ? Infinity : this.#next(now);
    const entry = await state.keyValue.get(`schedules/${this.#key}`);
    const version = entry?.version ?? 0;
    const kept = entry?.value as Kept | undefined;
    const keep = (upTo: Instant, run = kept?.run ?? null) =>
      state.keyValue.put(`schedules/${this.#key}`, { cron, timeZone, upTo, run }, version);
    if (kept === undefined || kept.cron !== cron || kept.timeZone !== timeZone) {
      await keep(now);
      return nothing;
    }
    if (pause?.paused) return nothing;
    // What was due while it was paused is owed to nobody; a clock that was set back comes to times that it showed before.
    const since = Math.min(now, Math.max(kept.upTo, pause?.at ?? -Infinity));
    const due = dueBy(catchUp, this.#next, { since, now });
    if (due === undefined) {
      if (since !== kept.upTo) await keep(since);
      this.#rest = { from: now, until: this.#wakes };
      return nothing;
    }
    const told = `due at ${iso(due.at)}`;
    const note = (outcome: TickRecord["outcome"], detail: string, runs: readonly RunId[] = []) =>
      state.noteTick({ name, at: now, outcome, detail, runs });
    if (due.isMissed) {
      await keep(due.at);
      await note("skipped", `${told}: missed, and not to be caught up`);
      return nothing;
    }
    let request: RunRequest;
    try {
      const found = await this.#request(due.at, kept.run);
      if ("skip" in found) {
        const isOver = found.isOver || catchUp === "none";
        if (isOver) await keep(due.at);
        else this.#wait(now);
        const detail = `${told}: ${found.skip}`;
        if (isOver || !this.#isNoted(detail, now)) await note("skipped", detail);
        return nothing;
      }
      request = found;
    } catch (cause) {
      if (cause instanceof StateError) throw cause;
      await keep(due.at);
      const failure = `${told}: ${messageOf(this.#over.session, cause)}`;
      await note("failed", failure);
      return { ...nothing, failure };
    }
    const { run, isNew } = await state.enqueue(traceable(this.#over.session, request), now);
    await keep(due.at, run);
    await note("requested", isNew ? told : `${told}, asked for before`, [run]);
    if (catchUp === "all") this.#wakes = this.#next(due.at);
    return { at: now, runs: isNew ? [{ run, request }] : [] };
  }

  /** Looks again in a moment, whatever happens until then. */
  #wait(now: Instant): void {
    this.#wakes = Math.min(this.#wakes, now + SECOND);
    this.#rest = { from: now, until: this.#wakes };
  }

  /** Whether it is known why it waits: that is kept once a minute. */
  #isNoted(detail: string, now: Instant): boolean {
    const last = this.#waited;
    if (last?.detail === detail && Math.abs(now - last.at) < MINUTE) return true;
    this.#waited = { detail, at: now };
    return false;
  }

  /** The run of a due time; or why it is not asked for now, and whether it will not be later either. */
  async #request(
    due: Instant,
    last: RunId | null,
  ): Promise<RunRequest | { readonly skip: string; readonly isOver: boolean }> {
    const { session, lookbackDays, left } = this.#over;
    const { state, clock, index } = session;
    const { request: wantedAt } = this.#schedule;
    const key = `schedule/${this.#key}/${iso(due)}`;
    const open = await this.#open(last);
    if (open !== undefined) return { skip: `its run ${open} has not ended`, isOver: false };
    const wanted = wantedAt(due);
    if ("skip" in wanted) return { skip: wanted.skip, isOver: true };
    const request = await resolveRequest(session, wanted, lookbackDays, left);
    if (request.command === "materialize" && request.ranges.length === 0) {
      return { skip: "nothing of what is asked for exists yet", isOver: true };
    }
    const outage = outageOver(await outagesIn(state.keyValue, clock.now()), index, request);
    if (outage !== undefined) return { skip: outage, isOver: false };
    return { ...request, key, tags: this.#tags };
  }

  /** The schedule's run that has not ended: who is killed before it has noted one has left it all the same. */
  async #open(last: RunId | null): Promise<RunId | undefined> {
    const { state } = this.#over.session;
    if (last !== null && isOpen((await state.run(last))?.run)) return last;
    const own = Object.entries(this.#tags);
    return (await state.runs(MOST_OPEN, { statuses: OPEN })).find(({ request: { tags } }) =>
      own.every(([tag, value]) => tags?.[tag] === value)
    )?.id;
  }

  get #tags(): Readonly<Record<string, string>> {
    return { by: "schedule", name: this.#schedule.name, ...(this.#lead && { lead: this.#lead }) };
  }
}

/** When a schedule is due. @throws {DeclarationError} If its expression or zone cannot be read. */
export function nextOf({ name, cron: pattern, timeZone }: Schedule, cron: Cron): Next {
  try {
    cron.next(pattern, timeZone, 0);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DeclarationError(`declaring the schedule "${name}": ${cause.message}`, { cause });
  }
  return (after) => cron.next(pattern, timeZone, after);
}
