import { assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { DAY, HOUR, SECOND } from "../../../core/mod.ts";
import { OpenAQError } from "../../../sources/openaq/error.ts";
import { gaps, isSilent, setAside } from "../../../sources/openaq/gaps.ts";
import { history } from "../../../sources/openaq/history.ts";
import type { HistoryQuestion } from "../../../sources/openaq/question.ts";
import { openaqSource } from "../../../sources/openaq/source.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { simulatedOpenAQ } from "../../../sources/openaq/simulator/simulated.ts";
import { fakeClock } from "../../fake_clock.ts";
import { regular } from "./regular.ts";
import { type Handler, NOW, served } from "./served.ts";

const SENSORS = 60;
const to = NOW - NOW % HOUR;
const FIRST = 50_000_001;

const NEVER = -1;
const REFUSED = -2;

/** The status of a sensor's answer by its number, from 1, how often it was asked before, and since when; 0 is honest. */
type Faults = (sensor: number, before: number, ago: number) => number;

interface Asking {
  readonly sensors?: number;
  /** How many days. */
  readonly days?: number;
  /** Whether they have no rows. */
  readonly empty?: boolean;
  /** How often asking for locations fails. */
  readonly locationsFail?: number;
  /** How often locations are asked for. */
  readonly asks?: number;
  /** How many requests were made again before. */
  readonly spent?: number;
  /** The sensor that was set aside the day before. */
  readonly owing?: number;
  readonly signal?: AbortSignal;
}

/** A run: locations, and then the hours of all sensors. */
async function asked(
  faults: Faults,
  { sensors = SENSORS, days = 1, empty = false, locationsFail = 0, asks = 1, spent = 0, owing, signal }:
    Asking = {},
) {
  const clock = fakeClock(NOW, { auto: true });
  const none = Array.from(
    { length: sensors },
    (_, i) => ({ id: FIRST + i, period: 60, offset: 0, missing: 1 }),
  );
  const dataset = empty ? regular(none).dataset : generated({ sensors, quirks: false });
  const honest = simulatedOpenAQ({ dataset, clock });
  const times = new Map<number, number>();
  const handler: Handler = (request) => {
    const sensor = Number(/sensors\/(\d+)/.exec(request.url)?.[1] ?? FIRST - 1) - FIRST + 1;
    const before = times.get(sensor) ?? 0;
    times.set(sensor, before + 1);
    const status = sensor > 0
      ? faults(sensor, before, clock.now() - NOW)
      : before % (locationsFail + 1) < locationsFail
      ? 500
      : 0;
    if (status === NEVER) return new Promise(() => {});
    if (status === REFUSED) return Promise.reject(new TypeError("tcp connect error: Connection refused"));
    return status === 0 ? honest(request) : Promise.resolve(new Response("{}", { status }));
  };
  const parts = served(handler, clock);
  const record = {
    look: () => Promise.resolve(() => ({ hours: [], overtaken: false })),
    due: () => Promise.resolve(0),
  };
  const source = openaqSource({ ...parts, spent, countryId: 56, record });
  for (let i = 1; i < asks; i++) await source.locations();
  const locations = await source.locations();
  if (owing !== undefined) {
    await setAside(
      parts.kv,
      FIRST - 1 + owing,
      [{ from: to - 5 * DAY, to: to - 4 * DAY }],
      "failed",
      NOW - DAY,
    );
  }
  const question: HistoryQuestion = {
    ranges: [{ from: to - days * DAY, to }],
    locations,
    stillGood: () => true,
    ...signal && { signal },
  };
  let failed = false;
  try {
    for await (const _ of source.hours(question, parts.log)) { /* all hours */ }
  } catch (error) {
    if (!(error instanceof OpenAQError)) throw error;
    failed = true;
  }
  const silent = (await gaps(parts.kv)).filter(isSilent).map(({ sensor }) => sensor - FIRST + 1);
  return { requests: parts.client.requests, setAside: silent, failed, took: clock.now() - NOW };
}

const fine = { setAside: [], failed: false };
/** The most that a run may ask which asks so often undisturbed. */
const most = (once: number) => Math.max(1.3 * once, once + 2);

for (const sensors of [1, 2, 3, 4, 7, 20, 200]) {
  Deno.test(`whatever fails of ${sensors} sensors, a run asks 1.3 times as often as undisturbed at most, or twice more`, async () => {
    const once = (await asked(() => 0, { sensors })).requests;
    assertEquals(once, 1 + sensors);
    for (const failing of new Set([1, 3, 12, sensors])) {
      if (failing > sensors) continue;
      for (const stride of [1, Math.floor(sensors / failing)]) {
        for (const times of [1, 2, Infinity]) {
          for (const locationsFail of sensors < 200 ? [0, 1, 2] : [0]) {
            const fails = (sensor: number) => sensor % stride === 0 && sensor <= failing * stride;
            const faults: Faults = (sensor, before) => fails(sensor) && before < times ? 500 : 0;
            const { requests, setAside, failed } = await asked(faults, { sensors, locationsFail });
            const what =
              `${failing} fail ${times} times, every ${stride}th, locations ${locationsFail} times`;
            assertLessOrEqual(requests, most(once), what);
            assertEquals(setAside.filter((sensor) => !fails(sensor)), [], what);
            if (failing < sensors) assertEquals(failed, false, what);
            if (locationsFail === 0 && failing === 1 && times === 1) assertEquals(setAside, [], what);
            if (times === Infinity && failing < sensors) assertEquals(setAside.length, failing, what);
          }
        }
      }
    }
  });
}

Deno.test("so it is in a history of several pages a sensor", async () => {
  const year = { sensors: 4, days: 100 };
  const once = (await asked(() => 0, year)).requests;
  for (const failing of [1, 3, 4]) {
    for (const from of [0, 2]) {
      for (const times of [1, Infinity]) {
        const { requests } = await asked(
          (sensor, before) => sensor <= failing && before >= from && before < from + times ? 500 : 0,
          year,
        );
        assertLessOrEqual(requests, most(once), `${failing} fail ${times} times from ${from} on`);
      }
    }
  }
});

Deno.test("so it is in a year of sensors that have no rows, of which one request tells all", async () => {
  const year = { sensors: 20, days: 365, empty: true };
  const once = (await asked(() => 0, year)).requests;
  assertEquals(once, 1 + 20);
  for (const failing of [1, 3, 12]) {
    const { requests, setAside, failed } = await asked((sensor) => sensor <= failing ? 500 : 0, year);
    assertEquals([setAside.length, failed], [failing, false]);
    assertLessOrEqual(requests, most(once), `${failing} fail`);
  }
});

Deno.test("a server that fails for three seconds is waited for: no sensor is set aside", async () => {
  for (const sensors of [20, 34, SENSORS]) {
    const { requests, took: _, ...rest } = await asked((_, __, ago) => ago < 3 * SECOND ? 500 : 0, {
      sensors,
    });
    assertEquals(rest, fine);
    assertLessOrEqual(requests, most(1 + sensors));
  }
});

Deno.test("a connection that is refused for seconds is waited for, and costs the server nothing", async () => {
  for (const sensors of [1, 8, SENSORS]) {
    for (const seconds of [0.1, 3]) {
      const since = new Map<number, number>();
      let reached = 0;
      // The fifth sensor, or the only one, and all after it are refused for as long as it lasts.
      const { requests: _, took: __, ...rest } = await asked((sensor, ___, ago) => {
        if (!since.has(sensor)) since.set(sensor, ago);
        const begun = since.get(Math.min(5, sensors));
        if (begun !== undefined && ago < begun + seconds * SECOND) return REFUSED;
        reached++;
        return 0;
      }, { sensors });
      assertEquals({ ...rest, reached }, { ...fine, reached: sensors }, `${sensors}, ${seconds} s`);
    }
  }
});

Deno.test("a sensor that was set aside, and cannot be reached at first, is asked once more", async () => {
  const faults: Faults = (sensor, before) => sensor === 1 && before === 0 ? REFUSED : 0;
  const { setAside, failed } = await asked(faults, { sensors: 8, owing: 1 });
  assertEquals({ setAside, failed }, fine);
});

Deno.test("eight answers that are lost at once are asked for again, each once", async () => {
  const faults: Faults = (sensor, before) => sensor <= 8 && before === 0 ? 500 : 0;
  const { took: _, ...rest } = await asked(faults);
  assertEquals(rest, { requests: 1 + SENSORS + 8, ...fine });
});

Deno.test("sensors that never answer are waited for side by side, a minute and a little more in all", async () => {
  const { took, ...rest } = await asked((sensor) => sensor <= 8 ? NEVER : 0);
  assertEquals(rest, { requests: 1 + SENSORS + 8 + 1, setAside: [1, 2, 3, 4, 5, 6, 7, 8], failed: false });
  assertLessOrEqual(took, 70 * SECOND);
});

Deno.test("a sensor that goes on failing is set aside though the one that tells whose fault it is fails, too, once", async () => {
  for (const sensors of [2, 4, 8, 20, SENSORS]) {
    // The budget of a small run cannot tell a last one that fails from an API that has begun to.
    for (const failing of sensors < 20 ? [1] : [1, 2, sensors]) {
      // Who has answered is asked once more only to tell.
      const faults: Faults = (sensor, before) => sensor === failing || before === 1 ? 500 : 0;
      const { requests, took: _, ...rest } = await asked(faults, { sensors });
      assertEquals(rest, { setAside: [failing], failed: false }, `${failing} of ${sensors}`);
      assertLessOrEqual(requests, most(1 + sensors));
    }
  }
});

Deno.test("a sensor for which nothing is left is set aside where others have answered, whichever fails when", async () => {
  for (const sensors of [2, 4, 8, 20]) {
    for (let once = 1; once <= sensors; once++) {
      const faults: Faults = (sensor, before) => sensor === once && before === 0 ? 500 : 0;
      const { requests, failed } = await asked(faults, { sensors, locationsFail: 2 });
      assertEquals(failed, false, `${once} of ${sensors}`);
      assertLessOrEqual(requests, most(1 + sensors));
    }
  }
});

for (
  const [what, before] of Object.entries({
    "a source that is waited for": { spent: 50 },
    "locations": { asks: 9 },
  })
) {
  Deno.test(`whatever was asked again before for ${what}, a sensor that fails once is asked again`, async () => {
    const faults: Faults = (sensor, before) => sensor === 4 && before === 0 ? 500 : 0;
    const { setAside, failed } = await asked(faults, { sensors: 20, locationsFail: 2, ...before });
    assertEquals({ setAside, failed }, fine);
  });
}

Deno.test("what another process was answered meanwhile is no request made again", async () => {
  const clock = fakeClock(NOW, { auto: true });
  const honest = simulatedOpenAQ({ dataset: generated({ sensors: 20, quirks: false }), clock });
  const other = served(honest, clock);
  const locations = await other.client.locations(56);
  const ranges = [{ from: to - DAY, to }];
  const failed = new Set<number>();
  const isLast = (sensor: number) => sensor === FIRST + 9;
  const parts = served(async (request) => {
    const sensor = Number(/sensors\/(\d+)/.exec(request.url)![1]);
    if (failed.has(sensor) || failed.size === 7 || failed.size < 6 && isLast(sensor)) {
      return await honest(request);
    }
    failed.add(sensor);
    // The other is answered for those that failed.
    const of = locations.locations
      .map((location) => ({ ...location, sensors: location.sensors.filter(({ id }) => failed.has(id)) }));
    const question = { ranges, locations: { ...locations, locations: of }, stillGood: () => true };
    if (failed.size === 6) {
      for await (const _ of history({ ...parts, client: other.client }, question)) break;
    }
    return new Response("{}", { status: 500 });
  }, clock);
  for await (const _ of history(parts, { ranges, locations, stillGood: () => true })) { /* all hours */ }
  assertEquals([failed.size, await gaps(parts.kv)], [7, []]);
  assertEquals(parts.client.requests, 20 + 1 + 1); // the last one's repeat, and one that told whose fault it is
});

Deno.test("a request that fails now and then is made again", async () => {
  const faults: Faults = (sensor, before) => sensor % 5 === 0 && before === 0 ? 500 : 0;
  const { took: _, ...rest } = await asked(faults);
  assertEquals(rest, { requests: 1 + SENSORS + 12, ...fine });
});

Deno.test("sensors that go on failing leave one that fails once its repeat: they are asked again in turns", async () => {
  for (const once of [1, 2, 10, 19, 20]) {
    const bad = new Set([3, 7, 20].filter((sensor) => sensor !== once));
    const faults: Faults = (sensor, before) => bad.has(sensor) || sensor === once && before === 0 ? 500 : 0;
    const { setAside, failed } = await asked(faults, { sensors: 20 });
    assertEquals([setAside, failed], [[...bad], false], `${once}`);
  }
});

for (const second of [500, 429, 408]) {
  Deno.test(`a request that fails once, and then with ${second}, is made again as long as it is answered`, async () => {
    const faults: Faults = (sensor, before) => sensor === 4 ? [500, second][before] ?? 0 : 0;
    const { setAside, failed } = await asked(faults, { sensors: 8 });
    assertEquals({ setAside, failed }, fine);
  });
}

Deno.test("nobody is made to wait long for a server that does not answer at all", async () => {
  const { requests, took, ...rest } = await asked(() => 500, { sensors: 200 });
  assertEquals(rest, { setAside: [], failed: true });
  assertLessOrEqual(requests, 40);
  assertLessOrEqual(took, 20 * SECOND);
});

Deno.test("who is cancelled while something waits to be asked again ends by that reason", async () => {
  const cancelled = new AbortController();
  const faults: Faults = () => {
    cancelled.abort(new Error("enough"));
    return 500;
  };
  await assertRejects(() => asked(faults, { sensors: 1, signal: cancelled.signal }), Error, "enough");
});
