import { type Asset, daily, type DailySet, type Folder } from "../../core/mod.ts";
import { filesAsset } from "../files.ts";
import { OWNERS } from "./contract.ts";

/** Days of files' names. */
export const fileDays = daily({ start: "2013-01-01", timeZone: "UTC", open: true });

/** The daily files `YYYY-MM-DD.csv[.gz]` of a folder, by the day of their name. */
export function dailyFiles(folder: Folder): Asset<unknown, DailySet> {
  return filesAsset({
    key: "dump/files",
    description: "The daily files of the dump, as others put them",
    owners: OWNERS,
    folder,
    partitions: fileDays,
    partitionOf: (name) => /^(\d{4}-\d{2}-\d{2})\.csv(\.gz)?$/.exec(name)?.[1],
    form: "YYYY-MM-DD.csv or YYYY-MM-DD.csv.gz, of 2013-01-01 or a later day",
    resembles: (name) => /^\d{4}\D?\d{1,2}\D?\d{1,2}\.csv(\.(gz|zip|bz2|xz|zst))?$/i.test(name),
  });
}
