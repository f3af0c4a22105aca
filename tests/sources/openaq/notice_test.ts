import { assertEquals, assertMatch } from "@std/assert";
import { DAY, HOUR, type Instant, iso } from "../../../core/mod.ts";
import { gaps, owe } from "../../../sources/openaq/gaps.ts";
import { GIVEN_UP_AFTER, notice, oweUnlisted } from "../../../sources/openaq/notice.ts";
import { tellOwed } from "../../../sources/openaq/owing.ts";
import type { TimeRange } from "../../../sources/openaq/ranges.ts";
import type { Location } from "../../../sources/openaq/schema.ts";
import { generated } from "../../../sources/openaq/simulator/generated.ts";
import { memoryKeyValue, memoryRecord } from "./parts.ts";
import { NOW } from "./served.ts";

const [plain] = await generated({ sensors: 1, quirks: false }).locations(NOW);
const bound = (at: Instant | null) => at === null ? null : { utc: iso(at), local: "" };

interface Place {
  readonly id: number;
  readonly sensors: readonly number[];
  readonly first?: Instant | null;
  readonly last?: Instant | null;
}

function location({ id, sensors, first = NOW - 100 * DAY, last = NOW - HOUR }: Place): Location {
  const [sensor] = plain!.sensors;
  const [datetimeFirst, datetimeLast] = [bound(first), bound(last)];
  return { ...plain!, id, datetimeFirst, datetimeLast, sensors: sensors.map((id) => ({ ...sensor!, id })) };
}

/** Lists of locations, one after the other; what sensors owe afterwards. */
async function owedAfter(...lists: readonly (readonly [Instant, readonly Place[]])[]) {
  const kv = memoryKeyValue();
  const answers = lists.map(([askedAt, places]) => ({ askedAt, locations: places.map(location) }));
  let givenUp: readonly string[] = [];
  for (const answer of answers) givenUp = await notice(kv, answer);
  const told = (await gaps(kv)).map(({ sensor, ranges, message, gone }) => ({
    sensor,
    hours: ranges.map(({ from, to }) => [(from - NOW) / DAY, (to - NOW) / DAY].map(Math.round)),
    message,
    gone: gone !== null,
  }));
  return { kv, answers, givenUp, told };
}

Deno.test("the first list, and one without a change, make nobody owe anything", async () => {
  const list = [{ id: 1, sensors: [10, 11] }, { id: 2, sensors: [20], first: null, last: null }];
  assertEquals((await owedAfter([NOW, list], [NOW + DAY, list])).told, []);
});

Deno.test("a sensor owes what its location may have had and was not asked for", async () => {
  const old = { id: 1, sensors: [10] };
  const silent = { id: 2, sensors: [20], last: NOW - 30 * DAY };
  const cases: [Place[], Place[], number[][], RegExp][] = [
    [[old], [old, { ...silent, id: 3 }], [[-100, -30]], /^is new, with rows from /],
    [[old, { ...silent, first: NOW - 50 * DAY }], [old, silent], [[-100, -50]], /^has earlier rows/],
    [
      [old, { ...silent, first: null, last: null }],
      [old, silent],
      [[-100, -30]],
      /^reports for the first time/,
    ],
    [[old, silent], [old, { ...silent, last: NOW - 20 * DAY }], [[-30, -20]], /^reports again, silent since/],
    [[old, silent], [old, { ...silent, last: NOW }], [[-30, 1]], /^reports again, silent since/],
  ];
  for (const [before, after, hours, message] of cases) {
    const { told: [owed] } = await owedAfter([NOW, before], [NOW + DAY, after]);
    assertEquals([owed?.sensor, owed?.hours, owed?.gone], [20, hours, false], String(message));
    assertMatch(owed!.message, message);
  }
});

Deno.test("a sensor that moves to another location is the same one", async () => {
  const lists = [[{ id: 1, sensors: [10, 11] }], [{ id: 1, sensors: [10] }, { id: 2, sensors: [11] }]];
  assertEquals((await owedAfter([NOW, lists[0]!], [NOW + DAY, lists[1]!])).told, []);
});

Deno.test("a sensor that is gone owes hours that it may have; it is given up after thirty days", async () => {
  const list = [{ id: 1, sensors: [10] }, { id: 2, sensors: [20] }, {
    id: 3,
    sensors: [30],
    last: NOW - 30 * DAY,
  }];
  const { kv, answers: [, without], told } = await owedAfter([NOW, list], [NOW + DAY, list.slice(0, 1)]);
  assertEquals(told.map(({ sensor, hours, gone }) => [sensor, hours, gone]), [[20, [], true], [
    30,
    [],
    true,
  ]]);
  await oweUnlisted(kv, without!, [{ from: NOW - 200 * DAY, to: NOW - 150 * DAY }, {
    from: NOW - DAY,
    to: NOW,
  }]);
  assertEquals((await gaps(kv)).map(({ ranges }) => ranges), [[{ from: NOW - DAY, to: NOW }], []]);
  const late = (askedAt: Instant) => notice(kv, { ...without!, askedAt });
  assertEquals(await late(NOW + GIVEN_UP_AFTER), []);
  const lines = await late(NOW + DAY + GIVEN_UP_AFTER);
  assertEquals([lines.length, await gaps(kv), await late(NOW + 90 * DAY)], [2, [], []]);
  assertMatch(lines[0]!, /^sensor 20 of location 2 is given up, not listed since .*: it owes .* no more$/);
});

Deno.test("hours that were asked before they were said to be due, and recorded after, are said to be due again", async () => {
  const kv = memoryKeyValue();
  const record = memoryRecord();
  const owed = [{ from: NOW - 3 * HOUR, to: NOW - HOUR }];
  await owe(kv, 1, owed, "answers again", NOW);
  record.stand(owed);
  await tellOwed(kv, record);
  const overtaken = (all: readonly TimeRange[], before: number | null) => ({
    hours: all,
    overtaken: before !== null,
  });
  await tellOwed(kv, { ...record, look: () => Promise.resolve(overtaken) });
  assertEquals(record.dues.map(({ hours }) => hours), [owed, owed]);
});

Deno.test("hours that are owed are said to be due once, those on record alone, and as they are recorded, are owed no more", async () => {
  const kv = memoryKeyValue();
  const record = memoryRecord();
  const hours = (from: number, to: number) => ({ from: NOW - from * HOUR, to: NOW - to * HOUR });
  record.stand([hours(10, 5), hours(3, 2)]);
  await notice(kv, { askedAt: NOW, locations: [] });
  const list = [{ id: 1, sensors: [1, 2] }].map(location);
  for (let i = 0; i < 2; i++) {
    await notice(kv, { askedAt: NOW, locations: list });
    await tellOwed(kv, record);
  }
  assertEquals(record.dues.map(({ hours }) => hours), [[hours(10, 5), hours(3, 2)]]);
  assertMatch(record.dues[0]!.why, /^sensor 1 is new, .*; sensor 2 is new, /);
  const again = memoryRecord(); // all was recorded after it was said to be due
  await tellOwed(kv, {
    ...again,
    look: () =>
      Promise.resolve((hours, before) => ({ hours: before === null ? hours : [], overtaken: false })),
  });
  assertEquals([await gaps(kv), again.dues], [[], []]);
});
