import type { AnyAsset } from "../../core/asset.ts";
import type { Milliseconds } from "../../core/instant.ts";
import { martCatalog, rawCatalog, referenceCatalog } from "./catalog.ts";
import { TableExaminer } from "../table/examiner.ts";
import { MART } from "./contract.ts";
import { locations } from "./locations.ts";
import { mart } from "./mart.ts";
import { raw as rawHours } from "./raw.ts";
import { stations } from "./stations.ts";
import { type ViewFile, views } from "./views.ts";

export type { ViewFile } from "./views.ts";

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
  const dev = mart({ raw, stations, examiner });
  const devCatalog = martCatalog(dev, "aq_dev");
  const common = [
    locations,
    stations,
    referenceCatalog,
    raw,
    rawCatalog(raw, test ? "aq_raw_test" : "aq_raw_prod"),
    dev,
    devCatalog,
  ];
  const devViews = views(files, { name: "aq_dev", catalog: devCatalog });
  if (test) return [...common, ...devViews];
  const prod = mart({ raw, stations, examiner, dev });
  const prodCatalog = martCatalog(prod, "aq_prod");
  return [
    ...common,
    prod,
    prodCatalog,
    ...devViews,
    ...views(files, { name: "aq_prod", catalog: prodCatalog }),
  ];
}
