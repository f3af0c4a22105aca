import {
  type Duration,
  isOpen,
  MOST_OPEN,
  OPEN,
  type RunId,
  type RunRecord,
  type Sensor,
  sensor,
  type SensorContext,
  type SensorRequest,
} from "../core/mod.ts";

/** The function to call once runs have ended. */
export interface RunStatusOptions {
  readonly name: string;
  readonly description?: string;
  /** @default each that a run can end with */
  readonly statuses?: readonly RunRecord["status"][];
  /**
   * Called for each run that has ended, in the order of their numbers: once, or again where it was killed meanwhile, so
   * that it is to mind the run's number. @returns Runs to be asked for, if any.
   */
  readonly act: (run: RunRecord, signal: AbortSignal) => unknown;
  /** @default 30 seconds */
  readonly every?: Duration;
}

/** The runs that were told of: all up to a number, but for those that had not ended. */
interface Told {
  readonly upTo: RunId;
  readonly open: readonly RunId[];
}

/** A sensor that calls a function for each run that has ended since the sensor was first called. */
export function runStatus(options: RunStatusOptions): Sensor {
  const { name, description = "runs that have ended", statuses, act, every = { seconds: 30 } } = options;
  return sensor({
    name,
    description,
    every,
    async sense(context) {
      const { cursor, runs, signal } = context;
      if (cursor === undefined) {
        const [newest] = await runs.runs(1);
        return {
          cursor: { upTo: newest?.id ?? 0, open: await openOf(context) },
          skip: "begins with the next run",
        };
      }
      const { upTo, open } = cursor as unknown as Told;
      const newer = (await since(context, upTo)).toReversed().slice(0, AT_ONCE);
      const older = (await Promise.all(open.map((id) => runs.run(id)))).flatMap((found) => found?.run ?? []);
      const all = [...older, ...newer];
      const requests: SensorRequest[] = [];
      let ended = 0;
      for (const run of all.filter((run) => !isOpen(run))) {
        if (statuses !== undefined && !statuses.includes(run.status)) continue;
        signal.throwIfAborted();
        const wanted = await act(run, signal);
        if (Array.isArray(wanted)) requests.push(...wanted);
        ended++;
      }
      const told = { upTo: newer.at(-1)?.id ?? upTo, open: all.filter(isOpen).map(({ id }) => id) };
      return {
        requests,
        cursor: told,
        skip: ended === 0 ? "no run has ended" : `told of ${ended} run${ended === 1 ? "" : "s"} that ended`,
      };
    },
  });
}

/** Told of in one call. */
const AT_ONCE = 100;

async function openOf({ runs }: Pick<SensorContext<unknown>, "runs">): Promise<RunId[]> {
  return (await runs.runs(MOST_OPEN, { statuses: OPEN })).map(({ id }) => id).reverse();
}

/** The runs with greater numbers, newest first. */
async function since({ runs }: Pick<SensorContext<unknown>, "runs">, upTo: RunId): Promise<RunRecord[]> {
  for (let limit = 100;; limit *= 10) {
    const found = await runs.runs(limit);
    const newer = found.filter(({ id }) => id > upTo);
    if (newer.length < found.length || found.length < limit) return newer;
  }
}
