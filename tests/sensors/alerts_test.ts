import { assertEquals } from "@std/assert";
import { alert, type AlertRule, definer } from "../../core/mod.ts";
import { alerts } from "../../sensors/alerts.ts";
import { desk } from "../core/alerts/desk.ts";

const { asset } = definer<null>();

const broken = (key: string) =>
  asset({
    key,
    async *materialize() {
      await null;
      yield [{ partition: 0, error: `${key} broke` }];
    },
  });

const assets = [broken("mine/a"), broken("other/b")];
const keys = assets.map(({ key }) => key);

async function toldBy(own: readonly AlertRule[], of = ["mine/a"]): Promise<string[]> {
  const rules = alerts({ lookbackDays: 7, own: [{ rules: own, assets: of }], assets: keys });
  const { told, materialize } = await desk(assets, { rules });
  await materialize();
  return (await told()).map((line) => line.split(":")[0]!);
}

Deno.test("a rule of one's own tells beside those in the box", async () => {
  const own: AlertRule = {
    name: "own",
    find: () => [{ subject: "moon", severity: "warning", message: "it is full" }],
  };
  assertEquals(await toldBy([own]), ["opened failure mine/a", "opened failure other/b", "opened own moon"]);
});

Deno.test("one of a name that the box has takes its place, for the assets declared beside it", async () => {
  const silent: AlertRule = { name: "failure", find: () => [] };
  assertEquals(await toldBy([silent]), ["opened failure other/b"]);
  assertEquals(await toldBy([silent], keys), []);
  assertEquals(await toldBy([alert.failure({ assets: ["mine/a"] })], keys), ["opened failure mine/a"]);
});

Deno.test("of no two rules the same is told twice", () => {
  const names = (own: readonly AlertRule[]) =>
    alerts({ lookbackDays: 7, own: [{ rules: own, assets: keys }], assets: keys }).map(({ name }) => name);
  assertEquals(names([]).filter((name) => name === "source").length, 1);
  assertEquals(names([alert.source()]).filter((name) => name === "source").length, 1);
});
