import { resolve } from "@std/path";
import { LocalFolder } from "../adapters/object_store/local/folder.ts";
import { group } from "../assets/dump/mod.ts";
import { DAY } from "../core/mod.ts";
import { bareDump } from "./dump_bare.ts";
import { made } from "./lake.ts";

/** One measurement in a process of its own: `made FOLDER` or `bare FOLDER`; prints one line of JSON. */
const [what, folder] = Deno.args as [string, string];
console.log(JSON.stringify(what === "bare" ? { ms: await bareDump(folder) } : await tables(folder)));

/** Makes both tables of the daily files. */
async function tables(folder: string) {
  const { assets } = group.declare({
    environment: "prod",
    lookback: 7 * DAY,
    views: [],
    variables: { DUMP_URL: `${folder}/files` },
    folder: (path) => new LocalFolder(resolve(path)),
    shipped: resolve,
  });
  const { result, ms } = await made(folder, assets, ({ engine }) => ({ engine }), {
    assets: new Set(["dump/openaq_data", "dump/openaq_incoherent_data"]),
    from: "2024-01-01",
    to: "2024-12-31",
    lookbackDays: 7,
  });
  return { ms, counts: result.counts };
}
