import { type Item, keyOf, versionOf } from "../automated/feed.ts";
import type { Oracle } from "../oracle.ts";

/** All that came is told: each run that was to be asked for because of it has its key, each content is reported once. */
export function toldOf(
  oracle: Oracle,
  items: readonly Item[],
  exists: (reports: NonNullable<Item["reports"]>) => boolean,
): void {
  for (const { number, asks, reports } of items) {
    // It is told of when its time has come again, and all that came after it.
    if (reports !== undefined && !exists(reports)) return;
    if (asks !== undefined && oracle.queue.run(keyOf(number)) === undefined) {
      throw oracle.violation(`no run was asked for because of item ${number}`);
    }
    if (reports === undefined) continue;
    const { asset, partition } = reports;
    const own = oracle.log.filter((event) =>
      event.asset === asset &&
      ("partition" in event
        ? event.partition === partition
        : "from" in event && event.from <= partition && partition <= event.to)
    );
    const isIts = (place: number) => {
      const event = own[place];
      return event?.kind === "materialized" && event.dataVersion === versionOf(number);
    };
    if (!own.some((_, place) => isIts(place))) throw oracle.violation(`item ${number} was never reported`);
    if (own.some((_, place) => isIts(place) && isIts(place + 1))) {
      throw oracle.violation(`item ${number} was reported twice`);
    }
  }
}
