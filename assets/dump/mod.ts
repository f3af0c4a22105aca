import { eager } from "../../core/mod.ts";
import { fileAsset } from "../files.ts";
import type { Group } from "../group.ts";
import { catalogAsset, tableDefinition } from "../table/catalog.ts";
import { views } from "../views.ts";
import {
  ISO_COUNTRIES_DATA,
  OPENAQ_AND_ISO_COUNTRIES_DATA,
  OPENAQ_DATA,
  OPENAQ_INCOHERENT_DATA,
  OWNERS,
} from "./contract.ts";
import { dailyFiles } from "./files.ts";
import { countriesTable, dailyTables, DATABASE, joinedTable } from "./tables.ts";

const SAMPLE = "assets/dump/sample";

/** OpenAQ's daily dump: files that others put, sorted into rows that count and rows that do not, joined with countries. */
export const group: Group = {
  name: "dump",
  variables: ["DUMP_URL", "DUMP_COUNTRIES"],
  declare({ variables: { DUMP_URL, DUMP_COUNTRIES }, folder, shipped, views: viewFiles }) {
    for (const [name, path] of Object.entries({ DUMP_URL, DUMP_COUNTRIES })) requirePath(name, path);
    const dump = folder(DUMP_URL ?? shipped(SAMPLE));
    const [countriesFolder, countriesName] = parted(DUMP_COUNTRIES ?? shipped(`${SAMPLE}/countries.csv`));
    const files = dailyFiles(dump);
    const place = folder(countriesFolder);
    const countriesFile = fileAsset({
      key: "dump/countries_file",
      description: "A CSV file of countries",
      owners: OWNERS,
      folder: place,
      name: countriesName,
    });
    const { data, incoherent } = dailyTables(files, dump);
    const countries = countriesTable(countriesFile, place);
    const joined = joinedTable(data, countries);
    const contracts = {
      openaq_data: OPENAQ_DATA,
      openaq_incoherent_data: OPENAQ_INCOHERENT_DATA,
      iso_countries_data: ISO_COUNTRIES_DATA,
      openaq_and_iso_countries_data: OPENAQ_AND_ISO_COUNTRIES_DATA,
    };
    const catalog = catalogAsset({
      key: "dump/catalog",
      owners: OWNERS,
      shows: [data, incoherent, countries, joined],
      automation: eager(),
      tables: Object.entries(contracts).map(([name, contract]) =>
        tableDefinition(contract, { database: DATABASE, name })
      ),
    });
    return {
      assets: [
        files,
        countriesFile,
        data,
        incoherent,
        countries,
        joined,
        catalog,
        ...views(viewFiles, { name: DATABASE, owners: OWNERS, automation: eager() }),
      ],
      databases: [DATABASE],
      origins: { dump: DUMP_URL === undefined ? "simulated:sample" : "files" },
      notices: DUMP_URL === undefined ? [NOTICE] : [],
      shows: [{
        statement: `SELECT * FROM ${DATABASE}.query_4 ORDER BY index DESC LIMIT 10`,
        needs: [joined.key, catalog.key, `view/${DATABASE}.query_4`],
      }],
    };
  },
};

const NOTICE = "the daily dump is the sample that ships with the program, as DUMP_URL is not set";

function requirePath(name: string, path: string | undefined): void {
  if (path === undefined || !/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return;
  throw new Error(`${name}: found "${path}", wanted a path: this version reads the dump from no URL yet`);
}

/** The folder and the name of a file. */
function parted(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? [".", path] : [path.slice(0, slash) || "/", path.slice(slash + 1)];
}
