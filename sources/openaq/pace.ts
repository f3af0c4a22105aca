import { z } from "zod";
import {
  type Clock,
  HOUR,
  type Instant,
  type KeyValue,
  type Log,
  type Milliseconds,
  MINUTE,
  SECOND,
} from "../../core/mod.ts";
import { counted, earliest } from "./starts.ts";

/** When requests may start. */
export interface Pace {
  /** Resolves when a request may start, and counts it. */
  start(signal?: AbortSignal): Promise<void>;
  /** Learns what the answer to a request says of the limits; undefined where there was no answer. */
  heard(limits: Limits | undefined): Promise<void>;
  /** When so many more requests may start. */
  outlook(requests: number): Promise<PaceOutlook>;
}

/** Counted from now. */
export interface PaceOutlook {
  /** Until the first request may start. */
  readonly first: Milliseconds;
  /** Until the last one may. */
  readonly last: Milliseconds;
  /** The reason why the first in line waits, in a few words. */
  readonly by: string;
}

/** The rate headers of an answer; what it did not say is undefined. */
export interface Limits {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Seconds until `remaining` is `limit` again. */
  readonly reset: number | undefined;
}

/** No limit is for longer: whoever says so errs. */
const LONGEST = HOUR / SECOND;

/** The rate limit in the headers of an answer, at the time of its arrival. */
export function limitsOf(headers: Headers, now: Instant): Limits {
  const number = (name: string) => {
    const text = headers.get(name) ?? "";
    return /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const retryAt = Date.parse(headers.get("retry-after") ?? "");
  const retry = number("retry-after") ?? (Number.isNaN(retryAt) ? undefined : (retryAt - now) / SECOND);
  const waits = [number("x-ratelimit-reset"), retry].filter((seconds) => seconds !== undefined);
  return {
    limit: number("x-ratelimit-limit"),
    remaining: number("x-ratelimit-remaining"),
    reset: waits.length === 0 ? undefined : Math.min(Math.ceil(Math.max(0, ...waits)), LONGEST),
  };
}

/** No pace at all, for a server in the same process. */
export const unpaced: Pace = {
  start: () => Promise.resolve(),
  heard: () => Promise.resolve(),
  outlook: () => Promise.resolve({ first: 0, last: 0, by: "" }),
};

export interface PaceOptions {
  readonly perMinute: number;
  readonly perHour: number;
  readonly kv: KeyValue;
  readonly clock: Clock;
  /** Told of waits that the answers ask for. */
  readonly log?: Log;
}

const KEY = "openaq/pace";
/** The key of what a state keeps of the requests that were made lately. */
export const PACE_KEY = KEY;
/** Starts count a little longer than a minute: one request may take longer to arrive than the next. */
const WINDOWS = {
  minute: { length: MINUTE + 2 * SECOND, step: SECOND },
  hour: { length: HOUR, step: MINUTE },
};
/** No limit is for longer: a reset further away is from before the clock was set back. */
const FARTHEST = HOUR + MINUTE;
/** The wall clock is looked at so often. */
const LOOK = 10 * SECOND;
const STARTS = z.object({ from: z.number(), counts: z.array(z.number()) });
const KEPT = z.object({
  minute: STARTS,
  hour: STARTS,
  /** The rate limit as the server last gave it: its size, and how many requests are left until when. */
  limit: z.number().nullable(),
  left: z.number(),
  until: z.number(),
});
type Kept = z.infer<typeof KEPT>;

/** From when on a request may start, and what it waits for until then. */
interface Held {
  readonly at: Instant;
  readonly by: string;
}

const BY_SERVER = "OpenAQ allows no more requests for now";
/** So many starts are followed one by one; what comes after them goes on at the same rate. */
const FOLLOWED = 2_000;

const NOTHING: Kept = {
  minute: { from: 0, counts: [] },
  hour: { from: 0, counts: [] },
  limit: null,
  left: 0,
  until: 0,
};

/**
 * Starts at most `perMinute` requests in any minute and `perHour` in any hour, whether the server counts in fixed
 * windows or sliding ones, and no more than its answers allow. What was started is kept in `kv`: processes share it,
 * and a restart goes on counting.
 */
export function paced({ perMinute, perHour, kv, clock, log }: PaceOptions): Pace {
  let unanswered = 0;
  let turn = Promise.resolve();

  /** Writes what `change` makes of what is kept; where that is held, nothing changes until then. */
  async function update(change: (kept: Kept, now: Instant) => Kept | Held): Promise<Held | undefined> {
    for (;;) {
      const found = await kv.get(KEY);
      const next = change(found ? KEPT.parse(found.value) : NOTHING, clock.now());
      if ("by" in next) return next;
      if (await kv.put(KEY, next, found?.version ?? 0)) return undefined;
    }
  }

  function started(kept: Kept, now: Instant): Kept | Held {
    const told = kept.left <= 0 && kept.until <= now + FARTHEST;
    const most = Math.min(perMinute, kept.limit ?? perMinute);
    const held = [
      { at: told ? kept.until : now, by: BY_SERVER },
      { at: earliest(kept.minute, WINDOWS.minute, most, now), by: `${most} a minute` },
      { at: earliest(kept.hour, WINDOWS.hour, perHour, now), by: `${perHour} an hour` },
    ].reduce((a, b) => b.at > a.at ? b : a);
    if (held.at > now) return held;
    const minute = counted(kept.minute, WINDOWS.minute, now);
    return { ...kept, minute, hour: counted(kept.hour, WINDOWS.hour, now), left: kept.left - 1 };
  }

  async function takeTurn(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    let said = false;
    for (let held = await update(started); held !== undefined; held = await update(started)) {
      const { at, by } = held;
      if (!said && by === BY_SERVER) {
        log?.warn(`${BY_SERVER}: waiting`, { seconds: Math.ceil((at - clock.now()) / SECOND) });
        said = true;
      }
      await clock.sleep(Math.min(at - clock.now(), LOOK), signal); // the wall clock may go on while nobody does
    }
    unanswered++;
  }

  return {
    start(signal) {
      const mine = turn.then(() => takeTurn(signal));
      turn = mine.catch(() => {}); // whoever waits next does so whatever became of this one
      return mine;
    },
    async heard(limits) {
      unanswered--;
      const { limit, remaining, reset } = limits ?? {};
      if (remaining === undefined || reset === undefined) return;
      await update((kept, now) => {
        const until = now + (reset + 1) * SECOND;
        const same = now < kept.until && Math.abs(until - kept.until) < 2 * SECOND;
        const left = Math.max(0, remaining - unanswered);
        return { ...kept, limit: limit ?? null, left: same ? Math.min(kept.left, left) : left, until };
      });
    },
    async outlook(requests) {
      const found = await kv.get(KEY);
      const now = clock.now();
      let kept = found ? KEPT.parse(found.value) : NOTHING;
      let at = now;
      let first: Held | undefined;
      for (let i = 0; i < Math.min(requests, FOLLOWED);) {
        const next = started(kept, at);
        if ("by" in next) {
          if (i === 0) first = next;
          at = next.at;
        } else {
          kept = next;
          i++;
        }
      }
      const beyond = Math.max(0, requests - FOLLOWED) * Math.max(MINUTE / perMinute, HOUR / perHour);
      return { first: (first?.at ?? now) - now, last: at - now + beyond, by: first?.by ?? "" };
    },
  };
}
