import type { Context } from "hono";
import { type Pages, show } from "../../page.tsx";
import { streamed } from "../../streamed.tsx";
import { Empty, Said, Title } from "../../parts/small.tsx";
import type { PageEnv, View } from "../../view/view.ts";
import { takes } from "../../view/given.ts";
import { Days, judged } from "./days.tsx";
import { type Chosen, chosenOf, Filters, placeTitle, SECTIONS } from "./filters.tsx";
import { airHref } from "./hrefs.ts";
import { type AirTables, airTables, type Station } from "./lake.ts";
import { landOf, positionOf } from "./land.ts";
import { airNow } from "./newest.ts";
import { Now } from "./now.tsx";
import { linesOf, OverTime } from "./over_time.tsx";
import { daysOf, MOST_HOURLY_DAYS, newestHours, valuesOver } from "./statements.ts";
import { text } from "./words.ts";

/** The air of Vietnam: now, over time, and by day against the limits. */
export function air(pages: Pages): void {
  pages.get(
    "/air",
    takes("show", "pollutant", "city", "place", "with", "from", "to", "year"),
    async (context) => {
      const { view } = context.var;
      const t = view.in(text);
      await context.var.lake.orchestrator.refresh();
      const follows = context.req.header("sec-fetch-dest") === "empty";
      const tables = await airTables(context.var, follows);
      if (tables?.newest === undefined) return await nothing(context, tables);
      const { newest } = tables;
      const { searchParams } = view.url;
      // What cannot be meant is refused before the page begins, as far as the stations are known by then.
      chosenOf(searchParams, tables.stationsSoon(), newest);
      const page = { title: t.title, scripts: ["air.js"], styles: ["uplot.css"] };
      return await streamed(context, page, <Title title={t.title} lead={t.lead} />, async () => {
        const stations = await tables.stations();
        const chosen = chosenOf(searchParams, stations, newest);
        const shown = await section(view, { ...tables, newest }, chosen, stations).catch((error) => (
          <p class="notice bad">
            {t.fault}: <Said>{error instanceof Error ? error.message : String(error)}</Said>
          </p>
        ));
        return [
          <Sections view={view} chosen={chosen} />,
          <Filters view={view} chosen={chosen} stations={stations} newest={newest} />,
          <div data-live="air">{shown}</div>,
        ];
      });
    },
  );
}

async function section(
  view: View,
  tables: AirTables & { readonly newest: string },
  chosen: Chosen,
  stations: readonly Station[],
) {
  const { pollutant, place, compared, from, to, city, year } = chosen;
  const { table, newest } = tables;
  if (chosen.section === "now" || place === undefined) {
    const shown = city === undefined ? stations : stations.filter((each) => each.city === city);
    const rows = await tables.hours(newestHours(table, pollutant, newest));
    const of = new Set(shown.map(({ id }) => id));
    const now = airNow(rows.filter(({ id }) => of.has(Number(id))), shown);
    const places = city === undefined
      ? undefined
      : shown.map(positionOf).filter((position) => position !== undefined);
    return <Now view={view} pollutant={pollutant} air={now} land={await landOf(places)} />;
  }
  if (chosen.section === "days") {
    const days = judged(await tables.hours(daysOf(table, pollutant, place, year)), pollutant);
    return (
      <Days view={view} pollutant={pollutant} place={placeTitle(place, stations)} year={year} days={days} />
    );
  }
  const places = [place, ...compared === undefined ? [] : [compared]];
  const rows = await tables.hours(valuesOver(table, { pollutant, places, from, to }));
  const isHourly = (Date.parse(to) - Date.parse(from)) / 86_400_000 < MOST_HOURLY_DAYS;
  const names = places.map((each) => placeTitle(each, stations));
  return (
    <OverTime view={view} pollutant={pollutant} series={linesOf(rows, names, isHourly)} isHourly={isHourly} />
  );
}

function Sections({ view, chosen }: { view: View; chosen: Chosen }) {
  const t = view.in(text);
  return (
    <nav class="tabs" aria-label={t.sections}>
      {SECTIONS.map((each) => (
        <a
          href={airHref(view, { show: each === "now" ? undefined : each })}
          {...(each === chosen.section && { "aria-current": "page" })}
        >
          {t.views[each]}
        </a>
      ))}
    </nav>
  );
}

function nothing(context: Context<PageEnv>, tables: AirTables | undefined) {
  const t = context.var.view.in(text);
  const title = tables === undefined ? t.none : t.empty;
  return show(
    context,
    { title: t.title, live: false },
    <Empty whole title={title}>
      <p>{tables === undefined ? t.noneHint : t.emptyHint}</p>
      {tables === undefined ? <a class="button" href="/assets">{t.toAssets}</a> : (
        <a
          class="button main"
          data-dialog
          href={`/acts/materialize?${new URLSearchParams({ selection: `+${tables.asset}` })}`}
        >
          {t.materialize}
        </a>
      )}
    </Empty>,
  );
}
