/** Starts a server, runs the tests of this folder on it, or those that are named, and ends it. */
import { fromFileUrl } from "@std/path";
import { startCluster } from "./cluster.ts";

const folder = fromFileUrl(new URL(".", import.meta.url));
const named = Deno.args.length > 0 ? Deno.args : [folder];
let code = 1;
try {
  await using cluster = await startCluster();
  const { status } = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--parallel", ...named],
    env: { TEST_POSTGRES_URL: cluster.url },
  }).spawn();
  code = (await status).code;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
}
Deno.exit(code);
