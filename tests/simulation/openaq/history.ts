import type { Context } from "../../../core/asset.ts";
import type { Materialized } from "../../../core/event.ts";
import { HOUR, type Instant } from "../../../core/instant.ts";
import type { FailedOutput, Output } from "../../../core/output.ts";
import { contains } from "../../../core/partition/ranges.ts";
import type { Log } from "../../../core/ports/log.ts";
import { OpenAQ } from "../../../sources/openaq/client.ts";
import type { HourRows } from "../../../sources/openaq/question.ts";
import { merged } from "../../../sources/openaq/ranges.ts";
import { type OpenAQSource, openaqSource } from "../../../sources/openaq/source.ts";
import { announce, output } from "../outputs.ts";
import { identityOf, type Made, type Values, versionOf } from "../content.ts";
import { over } from "../ports.ts";
import type { AskedHours } from "../rules/asking.ts";
import { dueOf, type Sketch } from "../sketch.ts";
import type { Worker } from "../worker.ts";
import { TIMEOUT } from "./api.ts";
import { hoursOnRecord } from "./record.ts";

const write = () => {};
const silent: Log = { debug: write, info: write, warn: write, error: write };

/** Asks for the hours of all sensors, as raw hours are asked for. */
export async function* askSensors(
  sketch: Sketch,
  context: Context<Worker, unknown>,
): AsyncGenerator<(Output | FailedOutput)[], void> {
  const { partitions, marked, resources: worker, signal, now, forced, staging, run } = context;
  const { world } = worker;
  const { asking } = world.oracle;
  const byHour = new Map([...partitions].map(({ ordinal, window }) => [window!.start, { ordinal, window }]));
  const standing = await worker.state.materializations(sketch.key, partitions.ranges);
  const before = new Map(standing.map(({ partition, event }) => [partition, event]));
  const recorded = (hour: Instant) => before.get(byHour.get(hour)?.ordinal ?? -1)?.at ?? -Infinity;
  const stillGood = (hour: Instant, askedAt: Instant) =>
    dueOf(byHour.get(hour)?.window ?? null, askedAt) > now;
  const asked = asking.begins({
    worker,
    hours: new Set(byHour.keys()),
    stillGood: (hour, askedAt) => askedAt >= recorded(hour) && stillGood(hour, askedAt),
    forced,
  });
  const source = sourceOf(sketch, worker, asked);
  const rangeOf = (hour: Instant) => ({ from: hour, to: hour + HOUR });
  const owed = [...byHour].filter(([, { ordinal }]) => contains(marked, ordinal)).map(([hour]) => hour);
  const question = {
    ranges: merged([...byHour.keys()].map(rangeOf)),
    owed: merged(owed.map(rangeOf)),
    recorded: () => Promise.resolve(recorded),
    locations: world.openaq!.locations,
    stillGood,
    forced,
    signal,
  };
  for await (const { hours, askedAt } of source.hours(question, silent)) {
    asking.given(asked, hours.map(({ hour }) => hour));
    const outputs = hours.map((answer): Output | FailedOutput => {
      const { ordinal } = byHour.get(answer.hour)!;
      if (worker.fails()) return { partition: ordinal, error: "injected: this hour failed" };
      const stood = contains(marked, ordinal) ? valuesBefore(before.get(ordinal)!) : {};
      const values = valuesOf(sketch, answer, askedAt, stood);
      const made: Made = { run, identity: identityOf(sketch), reads: {}, asOf: askedAt, values };
      return output(sketch, worker, ordinal, versionOf(values), `${staging}/${ordinal}`, made);
    });
    announce(worker, run, sketch.key, outputs.filter((each) => "dataVersion" in each));
    yield outputs;
    asking.stand(asked, hours.map(({ hour }) => hour));
    await worker.pause("materialize");
  }
  await source.tellOwed();
}

/** The sensors' answers, over their content. */
function valuesOf({ sensors }: Sketch, { rows }: HourRows, askedAt: Instant, before: Values): Values {
  const none = sensors.map((sensor) => [sensor, { value: null, askedAt }]);
  const answered = rows.map(({ sensor, value }) => [sensor.id, { value, askedAt }]);
  return { ...Object.fromEntries(none), ...before, ...Object.fromEntries(answered) };
}

/** The record of an hour. */
function valuesBefore({ payload: { metadata } }: Materialized): Values {
  const text = metadata["made"];
  return text?.type === "text" ? JSON.parse(text.value).values : {};
}

function sourceOf(sketch: Sketch, worker: Worker, asked: AskedHours): OpenAQSource {
  const { world: { turns, chance, openaq, oracle: { asking } } } = worker;
  const { pace, values: kv } = worker;
  const clock = turns.clock(worker);
  const client = new OpenAQ({
    url: "http://openaq.test",
    fetch: openaq!.open(asked),
    clock,
    random: chance.next,
    log: silent,
    pace,
    timeout: TIMEOUT,
  });
  const patient = over(client, {
    measurements: (question, signal) =>
      asking.patiently(asked, question, () => client.measurements(question, signal)),
  });
  const { spool, concurrency } = openaq!;
  return openaqSource({
    client: patient,
    kv,
    spool: spool.open(asked),
    record: hoursOnRecord(sketch, worker),
    clock,
    concurrency,
    countryId: 56,
  });
}
