import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";
import { Place } from "./place.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
const UNIT = join(ROOT, "deploy/airgraph.service");
const COMPOSE = join(ROOT, "deploy/compose.yaml");

/** The values of a setting in a unit's text, or in a compose file's. */
function valuesOf(text: string, name: string, sign: "=" | ": "): string[] {
  const begin = `${name}${sign}`;
  return text.split("\n").map((line) => line.trim()).filter((line) => line.startsWith(begin))
    .map((line) => line.slice(begin.length));
}

const verify = new Deno.Command("systemd-analyze", { args: ["verify", UNIT] });
const verified = await verify.output().catch(() => undefined);
if (verified === undefined) console.log("systemd-analyze is not there: the unit is not verified");

Deno.test({
  name: "systemd finds nothing wrong with the unit",
  ignore: verified === undefined,
  fn() {
    const { code, stderr } = verified!;
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  },
});

Deno.test("what the unit starts is a daemon, that has longer to end than its steps have", async () => {
  const unit = await Deno.readTextFile(UNIT);
  const [start] = valuesOf(unit, "ExecStart", "=");
  const [, args] = start!.match(/^\/usr\/bin\/env deno run -A main\.ts (.+)$/)!;
  await using place = await Place.make({ DEFAULT_LOOKBACK_DAYS: "1" });
  const { code, stderr } = await place.run([...args!.split(" "), "--once"]);
  assertEquals(code, 0, stderr);
  assert(Number(valuesOf(unit, "TimeoutStopSec", "=")[0]) > 30);
});

Deno.test("the compose file builds the Dockerfile, keeps its volume, and gives it time to end", async () => {
  const compose = await Deno.readTextFile(COMPOSE);
  const [context, dockerfile] = ["context", "dockerfile"].map((name) => valuesOf(compose, name, ": ")[0]!);
  const image = await Deno.readTextFile(join(dirname(COMPOSE), context!, dockerfile!));
  assert(image.split("\n").includes("VOLUME /data"));
  assert(compose.includes("- lake:/data\n"));
  assert(parseInt(valuesOf(compose, "stop_grace_period", ": ")[0]!) > 30);
});
