import { HOUR, type Instant, MINUTE } from "../../../core/mod.ts";
import type { Dataset } from "../../../sources/openaq/simulator/dataset.ts";
import { generated, noise } from "../../../sources/openaq/simulator/generated.ts";
import { rowText } from "../../../sources/openaq/simulator/row_text.ts";

/** Rows as text: sensor, start, value, flag. */
export type Told = string;

export function told(sensor: number, start: Instant, value: number | null, flagged: boolean): Told {
  return `${sensor} ${new Date(start).toISOString()} ${value} ${flagged}`;
}

export interface Regular {
  readonly id: number;
  readonly period: number;
  readonly offset: number;
  readonly missing: number;
}

/** Sensors of any period and offset, in minutes, that miss some of their rows. */
export function regular(sensors: readonly Regular[]) {
  const exists = ({ id, missing }: Regular, end: Instant) => noise(1, id, end / MINUTE, 0) >= missing;
  const value = (id: number, end: Instant) => Math.round(noise(2, id, end / MINUTE, 0) * 1_000);
  const ends = ({ period, offset }: Regular, from: Instant, to: Instant) => {
    const [length, shift] = [period * MINUTE, offset * MINUTE];
    const all: Instant[] = [];
    for (let end = (Math.floor((from - shift) / length) + 1) * length + shift; end <= to; end += length) {
      all.push(end);
    }
    return all;
  };
  const frame = {
    parameter: `{"id":2,"name":"pm25","units":"µg/m³","displayName":null}`,
    interval: "01:00:00",
  };
  const dataset: Dataset = {
    source: "simulated:test",
    async locations(now) {
      const [location] = await generated({ sensors: 1, quirks: false }).locations(now);
      const parameter = JSON.parse(frame.parameter);
      return [{ ...location!, sensors: sensors.map(({ id }) => ({ id, name: "", parameter })) }];
    },
    rows({ sensor: id, from, to, skip, limit }) {
      const sensor = sensors.find((one) => one.id === id);
      if (sensor === undefined) return [];
      const there = ends(sensor, Math.max(from, 0), to).filter((end) => exists(sensor, end));
      return there.slice(skip, skip + limit)
        .map((end) => rowText(frame, end - sensor.period * MINUTE, end, value(id, end), false));
    },
    newest: () => undefined,
    change: () => false,
  };
  /** The rows of [from, to), computed directly, by hour, sensor and start. */
  const direct = (from: Instant, to: Instant) => {
    const rows = sensors.filter(({ period }) => period <= 60).flatMap((sensor) =>
      ends(sensor, from, to + HOUR).filter((end) => exists(sensor, end))
        .map((end) => ({ id: sensor.id, end, start: end - sensor.period * MINUTE }))
    ).filter(({ start }) => start >= from && start < to);
    return rows
      .sort((a, b) =>
        Math.floor(a.start / HOUR) - Math.floor(b.start / HOUR) || a.id - b.id || a.start - b.start
      )
      .map(({ id, start, end }) => told(id, start, value(id, end), false));
  };
  const longPeriods = (from: Instant, to: Instant) =>
    sensors.filter(({ period }) => period > 60).flatMap((sensor) =>
      ends(sensor, from, to + HOUR).filter((end) =>
        exists(sensor, end) && end - HOUR >= from && end - HOUR < to
      )
    ).length;
  return { dataset, direct, longPeriods };
}
