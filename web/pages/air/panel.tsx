import type { Context } from "hono";
import { HOUR } from "../../../core/mod.ts";
import { DataTable } from "../../parts/data_table.tsx";
import { Age, Panel, Time } from "../../parts/small.tsx";
import type { PageEnv, View } from "../../view/view.ts";
import { placeHref } from "./hrefs.ts";
import { airTables } from "./lake.ts";
import { airNow, type CityHours } from "./newest.ts";
import { AirValue } from "./signs.tsx";
import { newestHours } from "./statements.ts";
import { text } from "./words.ts";

/**
 * Today's air in a panel: cities, their PM2.5 now, and its last 24 hours. It waits for no statement: while new hours are
 * being read it shows those of before. Null where the lake has no such tables.
 */
export async function airPanel({ var: variables }: Pick<Context<PageEnv>, "var">) {
  const { view } = variables;
  const t = view.in(text);
  const tables = await airTables(variables);
  if (tables?.newest === undefined) return null;
  const statement = newestHours(tables.table, "pm25", tables.newest);
  const rows = tables.soon(statement);
  const fault = tables.faultOf(statement);
  const stations = tables.stationsSoon();
  const air = rows && stations && airNow(rows, stations);
  return (
    <Panel title={t.today} live="air" side={<a href="/air">{t.allAir}</a>}>
      {air?.newest === undefined ? null : (
        <p class="quiet small">
          <Time view={view} at={air.newest} /> {view.zone}, <Age view={view} at={air.newest} />
        </p>
      )}
      {fault === undefined ? null : <p class="notice bad">{fault}</p>}
      {air === undefined
        ? fault !== undefined ? null : <p class="quiet" data-every="5">{t.reading}</p>
        : <Cities view={view} cities={air.cities.toSorted((a, b) => b.newest.value - a.newest.value)} />}
    </Panel>
  );
}

function Cities({ view, cities }: { view: View; cities: readonly CityHours[] }) {
  const t = view.in(text);
  return (
    <DataTable
      view={view}
      prefix="air-"
      label={t.today}
      rows={cities}
      columns={[
        {
          name: "city",
          title: t.city,
          cell: ({ city }) => <a href={placeHref(view, { city })}>{city}</a>,
          by: ({ city }) => city,
        },
        {
          name: "pm25",
          title: "PM2.5",
          cell: ({ newest: { value } }) => <AirValue view={view} pollutant="pm25" value={value} />,
          by: ({ newest }) => newest.value,
        },
        {
          name: "hours",
          title: t.last24,
          cell: (each) => <Sparkline of={each} label={`${each.city}: ${t.last24}`} />,
          by: null,
        },
      ]}
    />
  );
}

const WIDTH = 120, HEIGHT = 28;

/** A city's last 24 hours, from zero. */
function Sparkline({ of: { hours, newest }, label }: { of: CityHours; label: string }) {
  const from = newest.at - 23 * HOUR;
  const shown = hours.filter(({ at }) => at >= from);
  const most = Math.max(1, ...shown.map(({ value }) => value));
  const points = shown.map(({ at, value }) =>
    `${(2 + (at - from) / (23 * HOUR) * (WIDTH - 4)).toFixed(1)} ${
      (HEIGHT - 2 - value / most * (HEIGHT - 4)).toFixed(1)
    }`
  );
  return (
    <svg class="chart spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <path class="series" d={`M${points.join("L")}`} />
    </svg>
  );
}
