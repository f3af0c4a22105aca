import { type AssetKey, DAY, type Definition, type OpenLake, type Orchestrator } from "../../../core/mod.ts";
import type { Row, Statement } from "../../cached_rows.ts";
import type { PageEnv } from "../../view/view.ts";
import { shown } from "../../view/entries.ts";

/** The table of hours, those of production before those of development, and that of stations. */
const HOURS = ["prod_db.vietnam", "dev_db.vietnam"] as const, STATIONS = "reference.stations";

/** The tables in which the air's hours and stations are. */
export interface AirTables {
  /** The table of hours. */
  readonly table: string;
  /** The asset that its rows are made by. */
  readonly asset: AssetKey;
  /** The newest day with rows, `YYYY-MM-DD` in UTC; undefined where nothing stands. */
  readonly newest: string | undefined;
  /** The rows of a statement over hours; who follows the lake may get those of some seconds before. */
  hours(statement: Statement): Promise<readonly Row[]>;
  /** The same of what was read last where that is yet to be read; undefined where nothing was. */
  soon(statement: Statement): readonly Row[] | undefined;
  /** Why there are none, or none but those of before. */
  faultOf(statement: Statement): string | undefined;
  /** Every station. */
  stations(): Promise<readonly Station[]>;
  /** The same as `soon`. */
  stationsSoon(): readonly Station[] | undefined;
}

/** A station. */
export interface Station {
  readonly id: number;
  readonly name: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** Finds the tables; undefined where the lake has none such. @param follows Whether a page is asked for anew, as it follows the lake. */
export async function airTables(
  { lake, tables, cached, machineNow }: Pick<
    PageEnv["Variables"],
    "lake" | "tables" | "cached" | "machineNow"
  >,
  follows = false,
): Promise<AirTables | undefined> {
  if (tables === undefined || cached === undefined) return undefined;
  const { graph, orchestrator } = lake;
  // Known of the graph alone, most lakes are not asked for their catalog.
  const declared = graph.assets.flatMap(({ entries }) => entries).map(nameOf);
  if (!HOURS.some((name) => declared.includes(name))) return undefined;
  const entries = (await tables.entries()).filter((entry) => entry.type === "table");
  const found = HOURS.map((name) => entries.find((entry) => nameOf(entry) === name)).find((entry) => entry);
  const places = entries.find((entry) => nameOf(entry) === STATIONS);
  if (found === undefined || places === undefined) return undefined;
  const { made, owner } = shown(found, graph);
  if (made === undefined || owner === undefined) return undefined;
  const version = await orchestrator.contentOf([made.key, owner.key]);
  const named = shown(places, graph);
  const known = await orchestrator.contentOf(
    [named.made?.key, named.owner?.key].filter((key) => key !== undefined),
  );
  const rows = (statement: Statement, version: number | string) =>
    follows ? cached.paced(statement, version, machineNow) : cached.rows(statement, version);
  return {
    table: nameOf(found),
    asset: made.key,
    newest: await newestDay(lake, made.key, version),
    hours: (statement) => rows(statement, version),
    soon: (statement) => cached.soon(statement, version, machineNow),
    faultOf: (statement) => cached.faultOf(statement),
    stations: async () => stationsIn(await rows(ALL_STATIONS, known)),
    stationsSoon: () => {
      const rows = cached.soon(ALL_STATIONS, known, machineNow);
      return rows && stationsIn(rows);
    },
  };
}

const ALL_STATIONS = `SELECT id, name, city, latitude, longitude FROM ${STATIONS} ORDER BY city, name`;

function stationsIn(rows: readonly Row[]): readonly Station[] {
  return rows as readonly unknown[] as readonly Station[];
}

function nameOf({ database, name }: Pick<Definition, "database" | "name">): string {
  return `${database}.${name}`;
}

/** So many parts a range is divided into, to find the newest day with rows. */
const PARTS = 64;

/** The newest days that were found, each with the content that it was found of. */
const newestDays = new WeakMap<
  Orchestrator,
  { readonly of: string; readonly day: Promise<string | undefined> }
>();

/** The newest partition with rows; looked for once for each version of the content. */
function newestDay(lake: OpenLake, asset: AssetKey, version: number | string): Promise<string | undefined> {
  const of = JSON.stringify([asset, version]);
  const known = newestDays.get(lake.orchestrator);
  if (known?.of === of) return known.day;
  const day = findNewest(lake, asset);
  newestDays.set(lake.orchestrator, { of, day });
  day.catch(() => newestDays.delete(lake.orchestrator));
  return day;
}

async function findNewest({ orchestrator, state }: OpenLake, asset: AssetKey): Promise<string | undefined> {
  const set = orchestrator.partitions(asset);
  let range = set.existing(orchestrator.now);
  while (range !== null) {
    const last = (await state.series(asset, "rows", range, PARTS)).findLast(({ most }) => most > 0);
    if (last === undefined) return undefined;
    if (last.from === last.to) return set.key(last.from) ?? undefined;
    if (last.from === range.from && last.to === range.to) return set.key(last.to) ?? undefined;
    range = { from: last.from, to: last.to };
  }
  return undefined;
}

/** A day some days from another. */
export function dayFrom(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
}
