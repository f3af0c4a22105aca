import { type Asset, eager } from "../../core/mod.ts";
import type { Resources } from "../resources.ts";
import { catalogAsset, tableDefinition } from "../table/catalog.ts";
import { LOCATIONS, martTable, type MartZone, OWNERS, RAW, STATIONS } from "./contract.ts";
import { locations, LOCATIONS_FILE } from "./locations.ts";
import type { RawZone } from "./raw/hour_files.ts";
import { stations, STATIONS_FILE } from "./stations.ts";

/** The mart's databases: Glue's name and Athena's. */
export const DATABASES: Readonly<Record<MartZone, readonly string[]>> = {
  aq_dev: ["dev_db", "aq_dev"],
  aq_prod: ["prod_db", "aq_prod"],
};

/** The raw hours as `raw_db.openaq_raw`. */
export function rawCatalog(raw: Asset<Resources>, zone: RawZone): Asset<Resources> {
  const place = { database: "raw_db", name: "openaq_raw", format: "ndjson", location: zone } as const;
  return catalogAsset({
    key: "vietnam/raw_catalog",
    owners: OWNERS,
    shows: [raw],
    tables: [tableDefinition(RAW, place)],
    automation: eager(),
  });
}

/** A mart as `vietnam` of its databases. */
export function martCatalog(mart: Asset<Resources>, zone: MartZone): Asset<Resources> {
  const { contract, folder: location } = martTable(zone);
  return catalogAsset({
    key: zone === "aq_dev" ? "vietnam/dev_catalog" : "vietnam/prod_catalog",
    owners: OWNERS,
    shows: [mart],
    automation: eager(),
    tables: DATABASES[zone].map((database) =>
      tableDefinition(contract, { database, name: "vietnam", location })
    ),
  });
}

/** The reference data on places: `reference.locations` and `reference.stations`. */
export const referenceCatalog = catalogAsset({
  key: "vietnam/reference_catalog",
  owners: OWNERS,
  shows: [locations, stations],
  automation: eager(),
  tables: [
    tableDefinition(LOCATIONS, reference("locations", LOCATIONS_FILE)),
    tableDefinition(STATIONS, reference("stations", STATIONS_FILE)),
  ],
});

function reference(name: string, location: string) {
  return { database: "reference", name, format: "json", location } as const;
}
