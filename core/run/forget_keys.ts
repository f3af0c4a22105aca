import { DAY, type Instant } from "../instant.ts";
import type { KeyValue } from "../ports/key_value.ts";
import type { State } from "../ports/state.ts";
import { sensorKeys } from "../automation/names.ts";

/** Looked at at once. */
const AT_ONCE = 2_000;

/**
 * Forgets keys of runs that nobody requested since an instant, and by which nobody can request again from where he stands: a
 * schedule or a sensor is beyond it, a backfill has ended, and a retry that is typed again has another.
 */
export async function forgetKeys(state: State, before: Instant): Promise<void> {
  const isBeyond = await beyond(state, before);
  // When somebody asked is known to the day.
  const unused = before - DAY;
  for (let after = "";;) {
    const keys = await state.keysUsedBefore(unused, { after, limit: AT_ONCE });
    const over = [];
    for (const key of keys) if (await isBeyond(key)) over.push(key);
    if (over.length > 0) await state.forgetKeys(over, unused);
    if (keys.length < AT_ONCE) return;
    after = keys.at(-1)!;
  }
}

/** Tells of a key whether who could ask by it has come further. */
async function beyond(
  { keyValue, backfills }: State,
  before: Instant,
): Promise<(key: string) => boolean | Promise<boolean>> {
  const schedules = await progressBelow<{ upTo: Instant }>(keyValue, "schedules/");
  const sensors = await progressBelow<{ at: Instant; failures: number }>(keyValue, "sensors/");
  const open = new Set((await backfills.list("open")).map(({ id }) => String(id)));
  return (key) => {
    const [by = "", ...rest] = key.split("/");
    const of = (names: Iterable<string>, keys: (name: string) => string) =>
      [...names].filter((name) => key.startsWith(keys(name)));
    switch (by) {
      case "schedule":
        return isEach(
          of(schedules.keys(), (name) => `schedule/${name}/`),
          (name) => schedules.get(name)!.upTo >= before,
        );
      case "sensor":
        // Called since, it would have asked again from the same cursor.
        return isEach(of(sensors.keys(), sensorKeys), (name) => {
          const { at, failures } = sensors.get(name)!;
          return at >= before && failures === 0;
        });
      case "backfill":
        return !open.has(rest[0] ?? "");
      default:
        return true;
    }
  };
}

/** Whether it holds of each of some names, of which there is one at least. */
function isEach(names: readonly string[], holds: (name: string) => boolean): boolean {
  return names.length > 0 && names.every(holds);
}

async function progressBelow<Progress>(
  store: KeyValue,
  prefix: string,
): Promise<ReadonlyMap<string, Progress>> {
  const kept = await store.list(prefix);
  return new Map(
    [...kept].map(([key, { value }]) => [key.slice(prefix.length), value as unknown as Progress]),
  );
}
