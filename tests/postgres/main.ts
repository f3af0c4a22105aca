/**
 * Starts a server, runs the tests of this folder on it, or those that are named, and ends it. With `bench` it measures
 * there, and each commit is synced.
 */
import { fromFileUrl } from "@std/path";
import { startCluster } from "./cluster.ts";

const folder = fromFileUrl(new URL(".", import.meta.url));
const measures = Deno.args[0] === "bench";
const args = measures
  ? ["run", "-A", "--no-check", fromFileUrl(new URL("../../bench/postgres.ts", import.meta.url))]
  : ["test", "-A", "--no-check", "--parallel", ...(Deno.args.length > 0 ? Deno.args : [folder])];
let code = 1;
try {
  await using cluster = await startCluster(measures ? [] : undefined);
  const { status } = new Deno.Command(Deno.execPath(), {
    args,
    env: { TEST_POSTGRES_URL: cluster.url },
  }).spawn();
  code = (await status).code;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
Deno.exit(code);
