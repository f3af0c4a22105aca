import { type Asset, from } from "../../core/asset.ts";
import { canonicalJson, sha256 } from "../../core/fingerprint.ts";
import { all } from "../../core/mapping.ts";
import type { TableDefinition } from "../../core/ports/catalog.ts";
import type { FileFormat } from "../../core/ports/table.ts";
import { define, type Resources } from "../resources.ts";
import { type Contract, MART, RAW } from "./contract.ts";
import { martFolder, type MartZone } from "./days.ts";
import type { RawZone } from "./raw/hour_files.ts";

/** The mart's databases: Glue's name and Athena's. */
export const DATABASES: Readonly<Record<MartZone, readonly string[]>> = {
  aq_dev: ["dev_db", "aq_dev"],
  aq_prod: ["prod_db", "aq_prod"],
};

/** The raw hours as `raw_db.openaq_raw`. */
export function rawCatalog(raw: Asset<Resources>, zone: RawZone): Asset<Resources> {
  return catalog("vietnam/raw_catalog", raw, [table("raw_db", "openaq_raw", RAW, "ndjson", zone)]);
}

/** A mart as `vietnam` of its databases. */
export function martCatalog(mart: Asset<Resources>, zone: MartZone): Asset<Resources> {
  const key = zone === "aq_dev" ? "vietnam/dev_catalog" : "vietnam/prod_catalog";
  return catalog(
    key,
    mart,
    DATABASES[zone].map((database) => table(database, "vietnam", MART, "parquet", martFolder(zone))),
  );
}

function table(
  database: string,
  name: string,
  contract: Contract,
  format: FileFormat,
  location: string,
): TableDefinition {
  return { type: "table", database, name, ...contract, format, location };
}

function catalog(
  key: string,
  reads: Asset<Resources>,
  definitions: readonly TableDefinition[],
): Asset<Resources> {
  const dataVersion = sha256(canonicalJson(definitions)).slice(0, 32);
  return define.asset({
    key,
    description: `The catalog's ${
      definitions.map(({ database, name }) => `${database}.${name}`).join(" and ")
    }`,
    kind: "catalog",
    // The tables' columns are part of the code: another contract registers anew.
    code: dataVersion,
    deps: { reads: from(reads, all, { mode: "present" }) },
    async *materialize({ resources: { catalog }, staging }) {
      const staged = await Promise.all(definitions.map((each) => catalog.stage(each, staging)));
      yield [{ partition: 0, dataVersion, rows: definitions.length, staged }];
    },
  });
}
