import { bareTransforms } from "./bare.ts";
import { materialize, peakMemory } from "./lake.ts";

/** One measurement in a process of its own: `raw FOLDER`, `marts FOLDER` or `bare FOLDER`; prints one line of JSON. */
const [what, folder] = Deno.args;
if (what === "bare") {
  console.log(JSON.stringify({ ms: await bareTransforms(folder!) }));
} else {
  const assets = what === "raw"
    ? ["vietnam/locations", "vietnam/stations", "vietnam/raw_prod"]
    : ["vietnam/dev_mart", "vietnam/prod_mart"];
  const { result, requests, ms } = await materialize(folder!, assets);
  const { status, assets: done, errors } = result;
  console.log(JSON.stringify({ ms, requests, status, done, errors, peak: peakMemory() }));
}
