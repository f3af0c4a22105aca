import { bareOnce, bareTransforms } from "./bare.ts";
import { materialize, peakMemory } from "./year_lake.ts";

/** One measurement in a process of its own: `raw FOLDER`, `marts FOLDER`, `bare FOLDER` or `once FOLDER`; prints one line of JSON. */
const [what, folder] = Deno.args;
if (what === "bare" || what === "once") {
  const bare = what === "bare" ? bareTransforms : bareOnce;
  console.log(JSON.stringify({ ms: await bare(folder!) }));
} else {
  const assets = what === "raw"
    ? ["vietnam/locations", "vietnam/stations", "vietnam/raw_prod"]
    : ["vietnam/dev_mart", "vietnam/prod_mart"];
  const { result, requests, ms } = await materialize(folder!, assets);
  const { status, assets: done, errors } = result;
  console.log(JSON.stringify({ ms, requests, status, done, errors, peak: peakMemory() }));
}
