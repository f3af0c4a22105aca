import { graph } from "../../core/graph.ts";
import type { OrchestratorOptions } from "../../core/orchestrator.ts";
import { definer, from } from "../../core/asset.ts";
import { daysOfMonth, hoursOfDay, latest } from "../../core/mapping.ts";
import { daily, hourly, monthly } from "../../core/partition/time_set.ts";

// What must not compile is the test here; nothing runs but what is declared.
Deno.test("types: an asset's dependencies fit its partitions", () => {
  const { asset, external } = definer<{ readonly lake: string }>();
  const hours = external({ key: "types/hours", partitions: hourly() });
  const days = external({ key: "types/days", partitions: daily() });
  async function* materialize() {}

  asset({ key: "types/a", partitions: daily(), deps: { hours: from(hours, hoursOfDay) }, materialize });
  asset({ key: "types/b", partitions: monthly(), deps: { days: from(days, daysOfMonth) }, materialize });
  asset({ key: "types/c", deps: { days: from(days, latest) }, materialize });
  asset({
    key: "types/d",
    partitions: monthly(),
    // @ts-expect-error A month is given where a day is wanted.
    deps: { hours: from(hours, hoursOfDay) },
    materialize,
  });
  // @ts-expect-error A daily partition is given where an hour is wanted.
  asset({ key: "types/e", partitions: daily(), deps: { hours: from(days, hoursOfDay) }, materialize });
});

Deno.test("types: code sees its own resources and inputs, and answers outputs", () => {
  const { asset, external } = definer<{ readonly lake: string }>();
  const days = external({ key: "types/days", partitions: daily() });
  asset({
    key: "types/a",
    deps: { days: from(days, latest) },
    async *materialize({ inputs, resources }) {
      await inputs.days.materializations();
      // @ts-expect-error There is no such input.
      void inputs.hours;
      // @ts-expect-error There is no such resource.
      void resources.warehouse;
      yield [{ partition: 0, dataVersion: resources.lake }];
    },
  });
  asset({
    key: "types/b",
    // @ts-expect-error An output has a data version, a failure an error.
    async *materialize() {
      yield [{ partition: 0 }];
    },
  });
});

Deno.test("types: a graph is opened with what its assets are given", () => {
  const { asset } = definer<{ readonly lake: string }>();
  const { asset: other } = definer<{ readonly warehouse: URL }>();
  async function* materialize() {}
  const one = graph([asset({ key: "types/a", materialize })]);
  const both = graph<{ lake: string; warehouse: URL }>([
    asset({ key: "types/a", materialize }),
    other({ key: "types/b", materialize }),
  ]);
  type Opened<Resources> = Pick<OrchestratorOptions<Resources>, "graph" | "resources">;
  const open = <Resources>(_: Opened<Resources>) => {};
  open({ graph: one, resources: { lake: "lake" } });
  open({ graph: both, resources: { lake: "lake", warehouse: new URL("postgres://x") } });
  // @ts-expect-error The lake is missing.
  open({ graph: one, resources: {} });
  // @ts-expect-error The warehouse is missing.
  open({ graph: both, resources: { lake: "lake" } });
  // @ts-expect-error The lake is a text.
  open({ graph: one, resources: { lake: 3 } });
});
