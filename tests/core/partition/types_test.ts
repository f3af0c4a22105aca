import { definer, from } from "../../../core/asset.ts";
import { daysOfMonth, hoursOfDay, identity, latest, lookBack } from "../../../core/mapping.ts";
import { type PartitionSet, single } from "../../../core/partition/partition_set.ts";
import { staticKeys } from "../../../core/partition/static_set.ts";
import { daily, type DailySet, hourly, type HourlySet, monthly } from "../../../core/partition/time_set.ts";

// What must not compile is the test here; nothing runs but what is declared.
Deno.test("types: the sets of one grain are not those of another", () => {
  const hours: HourlySet = hourly();
  const any: PartitionSet[] = [hours, daily(), monthly(), single, staticKeys(["a"])];
  // @ts-expect-error A day is not an hour.
  const wrong: HourlySet = daily();
  // @ts-expect-error Nor is a static key a day.
  const wronger: DailySet = staticKeys(["a"]);
  void [any, wrong, wronger];
});

Deno.test("types: a dependency takes the grain that its mapping reads", () => {
  const define = definer<unknown>();
  const hours = define.external({ key: "types/hours", partitions: hourly() });
  const days = define.external({ key: "types/days", partitions: daily() });
  const cities = define.external({ key: "types/cities", partitions: staticKeys(["a"]) });

  const right = [
    from(hours, hoursOfDay),
    from(days, identity),
    from(cities, latest),
    from(hours, lookBack(1)),
  ];
  const wrong = [
    // @ts-expect-error A day is not an hour.
    from(days, hoursOfDay),
    // @ts-expect-error An hour is not a day.
    from(hours, daysOfMonth),
    // @ts-expect-error A static key has no window.
    from(cities, lookBack(1)),
  ];
  void [right, wrong];
});
