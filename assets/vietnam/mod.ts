import { type AnyAsset, type AssetKey, eager, type Milliseconds } from "../../core/mod.ts";
import type { Group, Shown } from "../group.ts";
import { TableExaminer } from "../table/examiner.ts";
import { type ViewFile, views } from "../views.ts";
import { DATABASES, martCatalog, rawCatalog, referenceCatalog } from "./catalog.ts";
import { MART, type MartZone, OWNERS } from "./contract.ts";
import { countryIn, locations } from "./locations.ts";
import { mart } from "./mart.ts";
import { raw as rawHours } from "./raw.ts";
import type { RawHours } from "./raw/hour_files.ts";
import { unnamedFiles } from "./raw/unnamed_files.ts";
import { stations } from "./stations.ts";
import { lookAtAsked, mendAnswers, tidyAnswers } from "./upkeep.ts";

/** Vietnam's air by OpenAQ: raw hours, a development mart, and a production mart behind it. */
export const group: Group = {
  name: "vietnam",
  declare({ environment, lookback, views }) {
    const raw = rawOf(environment);
    const zones: MartZone[] = environment === "dev" ? ["aq_dev"] : ["aq_dev", "aq_prod"];
    return {
      assets: vietnam({ environment, lookback, views }),
      databases: ["raw_db", "reference", ...zones.flatMap((zone) => DATABASES[zone])],
      asks: { openaq: raw.asset },
      countryIn,
      shows: [
        ...zones.toReversed().map((zone) => shownMart(zone === "aq_dev" ? "dev" : "prod")),
        shown("raw_db.openaq_raw", "vietnam/raw_catalog", raw.asset),
        shown("reference.stations", "vietnam/reference_catalog", stations.key),
      ],
      look: (context) => lookAtAsked(raw, context),
      examine: async (context) => [
        ...await lookAtAsked(raw, context),
        ...await unnamedFiles(raw, context),
      ],
      begin: (context) => mendAnswers(raw, context),
      tidy: (context) => tidyAnswers(raw, context),
    };
  },
};

export interface VietnamOptions {
  /** A lake serves one: `dev` has the test hours and the development mart, `prod` also the production mart behind it. */
  readonly environment: "dev" | "prod";
  /** How old an hour becomes before it is asked for the last time. */
  readonly lookback: Milliseconds;
  /** The files of `sql/views`. */
  readonly views: readonly ViewFile[];
}

/** Vietnam's assets in one environment, upstream first. */
export function vietnam({ environment, lookback, views: files }: VietnamOptions): AnyAsset[] {
  const test = environment === "dev";
  const raw = rawHours({ environment: test ? "test" : "prod", lookback });
  const examiner = new TableExaminer(MART);
  const dev = mart({ raw, stations, examiner, watched: test });
  const common = [
    locations,
    stations,
    referenceCatalog,
    raw,
    rawCatalog(raw, rawOf(environment).zone),
    dev,
    martCatalog(dev, "aq_dev"),
  ];
  const viewsOf = (zone: MartZone) => views(files, { name: zone, owners: OWNERS, automation: eager() });
  const devViews = viewsOf("aq_dev");
  if (test) return [...common, ...devViews];
  const prod = mart({ raw, stations, examiner, dev, watched: true });
  return [
    ...common,
    prod,
    martCatalog(prod, "aq_prod"),
    ...devViews,
    ...viewsOf("aq_prod"),
  ];
}

/** The raw hours of an environment. */
function rawOf(environment: "dev" | "prod"): RawHours {
  return environment === "dev"
    ? { asset: "vietnam/raw_test", zone: "aq_raw_test" }
    : { asset: "vietnam/raw_prod", zone: "aq_raw_prod" };
}

function shownMart(environment: "dev" | "prod"): Shown {
  const [catalog, mart] = [`vietnam/${environment}_catalog`, `vietnam/${environment}_mart`];
  return shown(`${environment}_db.vietnam ORDER BY datetime DESC`, catalog, mart);
}

function shown(table: string, ...needs: readonly AssetKey[]): Shown {
  return { statement: `SELECT * FROM ${table} LIMIT 10`, needs };
}
