import { HOUR, type Instant, iso, MINUTE } from "../../../core/instant.ts";
import { ordinals } from "../../../core/partition/ranges.ts";
import type { LocationsAnswer } from "../../../sources/openaq/client.ts";
import { RateCounter } from "../../../sources/openaq/simulator/limits.ts";
import { results } from "../../../sources/openaq/simulator/reply.ts";
import { rowText } from "../../../sources/openaq/simulator/row_text.ts";
import type { AskedHours, SensorQuestion } from "../rules/asking.ts";
import type { Sketch } from "../sketch.ts";
import type { World } from "../world.ts";
import { SimulatedSpool } from "./spool.ts";

const PARAMETER = { id: 2, name: "pm25", units: "µg/m³", displayName: null };
const FRAME = { parameter: JSON.stringify(PARAMETER), interval: "01:00:00" };
/** Of so many values one means that there is none. */
const VALUES = 9;

/** OpenAQ's measurements of the sensors of one source, and what keeps its answers. */
export class SimulatedOpenAQ {
  readonly spool: SimulatedSpool;
  readonly locations: LocationsAnswer;
  perMinute: number;
  perHour: number;
  readonly concurrency: number;
  readonly #failing = new Set<number>();
  #limits: RateCounter;
  readonly #page: number;
  readonly #mostRows: number;
  readonly #isDated: boolean;
  readonly #saysLimits: boolean;

  constructor(readonly world: World, readonly sketch: Sketch) {
    const { chance } = world;
    this.spool = new SimulatedSpool(world);
    this.perMinute = chance.pick([2, 5, 30]);
    this.perHour = chance.pick([100, 1_000]);
    this.concurrency = chance.pick([1, 2, 8]);
    this.#limits = new RateCounter(this);
    this.#page = chance.pick([1_000, 1_000, 10, 3]);
    this.#mostRows = chance.pick([Infinity, Infinity, 12]);
    this.#isDated = chance.happens(0.5);
    this.#saysLimits = chance.happens(0.5);
    const first = iso(Date.UTC(2024, 0, 1));
    this.locations = {
      askedAt: world.turns.now,
      locations: [{
        id: 1,
        name: "somewhere",
        locality: null,
        timezone: "Asia/Bangkok",
        country: { id: 56, code: "VN", name: "Vietnam" },
        isMobile: false,
        isMonitor: true,
        sensors: sketch.sensors.map((id) => ({ id, name: "pm25", parameter: PARAMETER })),
        datetimeFirst: { utc: first, local: first },
        datetimeLast: null,
      }],
    };
  }

  /** A sensor fails from now on, or answers again. */
  change(): void {
    const sensor = this.world.chance.pick(this.sketch.sensors);
    if (!this.#failing.delete(sensor)) this.#failing.add(sensor);
  }

  /** All sensors answer from now on, as often as they are asked. */
  calm(): void {
    this.#failing.clear();
    this.perMinute = this.perHour = 100_000;
    this.#limits = new RateCounter(this);
  }

  /** Answers who asks for some hours. */
  open(asked: AskedHours): (request: Request) => Promise<Response> {
    const { world, world: { turns, chance, oracle: { asking } } } = this;
    return async (request) => {
      const question = questionOf(request.url);
      asking.requested(asked, question);
      let isHeard = false;
      request.signal.addEventListener("abort", () => {
        if (!isHeard) asking.failed(asked);
      });
      const fault = world.fault(2) ? chance.pick(["broken", "none", "error", "limited"] as const) : undefined;
      const counted = this.#limits.count(turns.awake + turns.asleep);
      await turns.turn(asked.worker, "request");
      const limits = this.#saysLimits ? counted.headers : {};
      if (fault !== undefined || !counted.allowed || this.#failing.has(question.sensor)) {
        asking.failed(asked);
        if (fault === "broken") throw new TypeError("injected: it broke off");
        if (fault === "none") return await new Promise<never>(() => {});
        if (fault === "limited" || !counted.allowed) {
          asking.excuses.add("answered 429 again and again");
          const seconds = fault === "limited"
            ? `${chance.pick([1, 30])}`
            : counted.headers["x-ratelimit-reset"]!;
          return new Response("{}", { status: 429, headers: { "retry-after": seconds, ...limits } });
        }
        return new Response(`{"detail":"injected"}`, { status: 500, headers: limits });
      }
      const rows = this.#rows(question);
      if (rows.length > this.#mostRows) return new Response("{}", { status: 408, headers: limits });
      const given = rows.slice(0, this.#page);
      const now = turns.now;
      await turns.turn(asked.worker, "request, answered");
      if (request.signal.aborted) return await new Promise<never>(() => {});
      isHeard = true;
      asking.answered(asked, question, given, given.length < this.#page, this.#isDated ? now : undefined);
      const texts = given.map(({ end, value }) => rowText(FRAME, end - HOUR, end, value, false));
      const found = rows.length > given.length ? `>${given.length}` : given.length;
      return new Response(results(texts, 1, this.#page, found).body, {
        headers: { ...limits, ...(this.#isDated && { date: new Date(now).toUTCString() }) },
      });
    };
  }

  #rows({ sensor, from, to }: SensorQuestion): Row[] {
    const { sketch: { set }, world: { turns: { now } } } = this;
    const there = set.existing(now);
    if (there === null) return [];
    return [...ordinals([there])].flatMap((partition) => {
      const end = set.window(partition)!.start + HOUR;
      const value = end > from && end <= to ? this.#value(sensor, partition) : undefined;
      return value === undefined ? [] : [{ partition, end, value }];
    });
  }

  #value(sensor: number, partition: number): number | undefined {
    const drawn = this.world.draw(this.sketch.key, partition, ` ${sensor}`) % VALUES;
    return drawn === 0 ? undefined : drawn;
  }
}

/** The rows of a sensor in the hour that a partition stands for. */
export interface Row {
  readonly partition: number;
  readonly end: Instant;
  readonly value: number;
}

function questionOf(text: string): SensorQuestion {
  const { pathname, searchParams } = new URL(text);
  return {
    sensor: Number(pathname.split("/")[3]),
    from: Date.parse(searchParams.get("datetime_from")!),
    to: Date.parse(searchParams.get("datetime_to")!),
  };
}

/** No answer takes longer. */
export const TIMEOUT = MINUTE / 2;
