import { DataTable } from "../../parts/data_table.tsx";
import { Panel, Time } from "../../parts/small.tsx";
import { momentTicks } from "../../parts/ticks.ts";
import type { View } from "../../view/view.ts";
import { airHref, placeHref } from "./hrefs.ts";
import { HEIGHT as MAP_HEIGHT, type Land, positionOf, WIDTH as MAP_WIDTH } from "./land.ts";
import type { AirNow, CityHours, StationNow } from "./newest.ts";
import { classOf, type PollutantName, POLLUTANTS, UNIT } from "./pollutants.ts";
import { AirLegend, AirValue, Shape } from "./signs.tsx";
import { text } from "./words.ts";

interface Shown {
  readonly view: View;
  readonly pollutant: PollutantName;
}

/** The newest hours: stations on a map, cities as a heat map, and the tables behind both. */
export function Now({ view, pollutant, air, land }: Shown & { air: AirNow; land: Land }) {
  const t = view.in(text);
  const { name } = POLLUTANTS[pollutant];
  return (
    <div class="air-now">
      <Panel
        title={`${t.map}: ${name}`}
        side={air.newest === undefined ? null : (
          <span class="small quiet">
            {t.asOf} <Time view={view} at={air.newest} />
          </span>
        )}
      >
        <Map view={view} pollutant={pollutant} stations={air.stations} land={land} />
        <AirLegend view={view} pollutant={pollutant} />
      </Panel>
      <div class="stack wide-gap">
        <Panel title={`${t.heat}: ${name}`}>
          <p class="small quiet">{t.heatHint}</p>
          {air.cities.length === 0 ? null : <Heat view={view} pollutant={pollutant} air={air} />}
          <HeatTable view={view} pollutant={pollutant} air={air} />
        </Panel>
        <Panel title={t.stationsIn}>
          <StationTable
            view={view}
            pollutant={pollutant}
            stations={air.stations.filter(({ newest }) => newest !== undefined)}
          />
          <Silent view={view} stations={air.stations.filter(({ newest }) => newest === undefined)} />
        </Panel>
      </div>
    </div>
  );
}

function Map({ view, pollutant, stations, land }: Shown & { stations: readonly StationNow[]; land: Land }) {
  const t = view.in(text);
  const placed = stations.flatMap((each) => {
    const position = positionOf(each.station);
    const at = position && land.place(position);
    return at === undefined ? [] : [{ ...each, at }];
  });
  // The worst are drawn last, over the others.
  placed.sort((a, b) => (a.isPresent ? a.newest!.value : -1) - (b.isPresent ? b.newest!.value : -1));
  return (
    <svg
      class="map"
      viewBox={`0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`}
      role="group"
      aria-label={t.mapLabel(POLLUTANTS[pollutant].name)}
    >
      <path class="land far" d={land.neighbours} />
      <path class="land" d={land.country} />
      {placed.map(({ station, newest, isPresent, at: [x, y] }) => {
        const name = station.name ?? `${station.id}`;
        const said = newest === undefined ? t.noValue : `${view.format.number(newest.value)} ${UNIT}`;
        return (
          <a
            href={placeHref(view, { station: station.id })}
            class="station"
            aria-label={`${name}: ${said}${newest !== undefined && !isPresent ? `, ${t.old}` : ""}`}
          >
            <circle class="near" cx={x.toFixed(1)} cy={y.toFixed(1)} r="12" />
            {newest !== undefined && isPresent
              ? <Shape of={classOf(pollutant, newest.value)} x={x} y={y} />
              : <circle class="air none" cx={x.toFixed(1)} cy={y.toFixed(1)} r="4" />}
            <text
              class="label"
              x={x > MAP_WIDTH / 2 ? (x - 14).toFixed(1) : (x + 14).toFixed(1)}
              y={(y + 4).toFixed(1)}
              text-anchor={x > MAP_WIDTH / 2 ? "end" : "start"}
            >
              <tspan>{name.length > 26 ? `${name.slice(0, 25)}…` : name}</tspan>
              <tspan
                x={x > MAP_WIDTH / 2 ? (x - 14).toFixed(1) : (x + 14).toFixed(1)}
                dy="14"
              >
                {said}
              </tspan>
            </text>
          </a>
        );
      })}
    </svg>
  );
}

const CELL = 9.5, STEP = 10.5, ROW = 17, LEFT = 120, TOP = 20;

function Heat({ view, pollutant, air: { hours, cities } }: Shown & { air: AirNow }) {
  const t = view.in(text);
  const [width, height] = [LEFT + hours.length * STEP, TOP + cities.length * ROW];
  const place = (at: number) => LEFT + (at - hours[0]!) / 3_600_000 * STEP;
  const label = t.heatLabel(POLLUTANTS[pollutant].name);
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={label}>
      <svg
        class="heat"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={label}
      >
        {momentTicks(view.format, hours[0]!, hours.at(-1)!).map(({ at, label }) => (
          <text x={(place(at) + CELL / 2).toFixed(1)} y="12" text-anchor="middle">{label}</text>
        ))}
        {cities.map(({ city, hours }, row) => (
          <>
            <text x={LEFT - 6} y={TOP + row * ROW + 12} text-anchor="end">
              {city.length > 20 ? `${city.slice(0, 19)}…` : city}
            </text>
            {hours.map(({ at, value }) => {
              const of = classOf(pollutant, value);
              const [x, y] = [place(at), TOP + row * ROW];
              return (
                <>
                  <rect class={`air a-${of}`} x={x.toFixed(1)} y={y} width={CELL} height={ROW - 1}>
                    <title>
                      {`${city}, ${view.format.time(at).slice(0, 16)}: ${view.format.number(value)} ${UNIT}`}
                    </title>
                  </rect>
                  {of < 3 ? null : <Mark of={of} x={x} y={y} />}
                </>
              );
            })}
          </>
        ))}
      </svg>
    </div>
  );
}

/** So many strokes over a cell tell a bad class from others without its colour. */
function Mark({ of, x, y }: { of: number; x: number; y: number }) {
  const strokes = Array.from(
    { length: of - 2 },
    (_, place) => `M${(x + 2).toFixed(1)} ${y + 3.5 + place * 3}h${CELL - 4}`,
  );
  return <path class="strokes" d={strokes.join("")} />;
}

function HeatTable({ view, pollutant, air: { hours, cities } }: Shown & { air: AirNow }) {
  const t = view.in(text);
  const value = ({ hours }: CityHours, at: number) => hours.find((hour) => hour.at === at)?.value ?? null;
  return (
    <DataTable
      view={view}
      prefix="heat-"
      summary={t.asTable}
      label={t.heatLabel(POLLUTANTS[pollutant].name)}
      rows={hours.toReversed()}
      columns={[
        { name: "hour", title: t.hour, cell: (at) => <Time view={view} at={at} />, by: (at) => at },
        ...cities.map((each, place) => ({
          name: `${place}`,
          title: each.city,
          number: true,
          by: (at: number) => value(each, at),
        })),
      ]}
    />
  );
}

/** The stations without a value. */
function Silent({ view, stations }: { view: View; stations: readonly StationNow[] }) {
  const t = view.in(text);
  if (stations.length === 0) return null;
  return (
    <details>
      <summary>{t.silent(view.format.number(stations.length))}</summary>
      <ul class="chips small">
        {stations.map(({ station }) => (
          <li>
            <a href={placeHref(view, { station: station.id })}>{station.name ?? station.id}</a>{" "}
            <span class="quiet">{station.city ?? ""}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function StationTable({ view, pollutant, stations }: Shown & { stations: readonly StationNow[] }) {
  const t = view.in(text);
  return (
    <DataTable
      view={view}
      prefix="station-"
      label={t.stationsIn}
      rows={stations}
      columns={[
        {
          name: "station",
          title: t.station,
          cell: ({ station }) => (
            <a href={placeHref(view, { station: station.id })}>{station.name ?? station.id}</a>
          ),
          by: ({ station }) => station.name,
        },
        {
          name: "city",
          title: t.city,
          cell: ({ station: { city } }) => city === null ? "" : <a href={airHref(view, { city })}>{city}</a>,
          by: ({ station }) => station.city,
        },
        {
          name: "value",
          title: POLLUTANTS[pollutant].name,
          cell: ({ newest, isPresent }) =>
            newest === undefined ? <span class="quiet small">{t.noValue}</span> : (
              <>
                <AirValue view={view} pollutant={pollutant} value={newest.value} />
                {isPresent ? null : <span class="small quiet">{` (${t.old})`}</span>}
              </>
            ),
          by: ({ newest }) => newest?.value ?? null,
        },
        {
          name: "at",
          title: t.hour,
          cell: ({ newest }) => newest === undefined ? "" : <Time view={view} at={newest.at} />,
          by: ({ newest }) => newest?.at ?? null,
        },
      ]}
    />
  );
}
