import { memoryState } from "../../adapters/state/memory/state.ts";
import { type MemoryStore, memoryStore } from "../../adapters/state/memory/store.ts";
import type { AnyAsset } from "../../core/asset.ts";
import { graph } from "../../core/graph.ts";
import { Orchestrator } from "../../core/orchestrator.ts";
import type { Output } from "../../core/output.ts";
import type { Cron } from "../../core/ports/cron.ts";
import type { Publisher } from "../../core/ports/publisher.ts";
import type { State } from "../../core/ports/state.ts";
import type { Progress } from "../../core/run/progress.ts";
import type { Limits } from "../../core/run/slots.ts";
import type { RunSelection } from "../../core/run/scope.ts";
import type { PlannedCause } from "../../core/plan.ts";
import type { KeyRange } from "../../core/partition/range_text.ts";
import { type FakeClock, fakeClock } from "../fake_clock.ts";
import { Lake, lakePublisher } from "../simulation/lake.ts";

export const NOON = Date.UTC(2024, 1, 1, 12);

/** Selects the whole sets of assets. */
export function whole(assets: ReadonlySet<string>): RunSelection {
  return { assets, all: true, lookbackDays: 7 };
}

export interface LabOptions {
  readonly store?: MemoryStore;
  readonly lake?: Lake;
  readonly clock?: FakeClock;
  /** @default the clock */
  readonly machine?: FakeClock;
  readonly worker?: string;
  readonly limits?: Limits;
  readonly random?: () => number;
  readonly state?: (state: State) => State;
  readonly publisher?: (publisher: Publisher) => Publisher;
  readonly sources?: Readonly<Record<string, string>>;
  readonly cron?: Cron;
  readonly recordsDamage?: boolean;
  readonly examine?: (pool: string, state: State) => Promise<unknown>;
}

export interface Lab {
  readonly orchestrator: Orchestrator;
  readonly state: State;
  readonly store: MemoryStore;
  readonly lake: Lake;
  readonly clock: FakeClock;
  readonly progress: Progress[];
  materialize(
    request?: Partial<RunSelection> & { signal?: AbortSignal },
  ): ReturnType<Orchestrator["materialize"]>;
  /** Each planned range as `asset from..to state`, keys for ordinals. */
  plan(request?: Partial<RunSelection>): Promise<string[]>;
  /** Why a partition is to be made again, each cause as `kind asset members detail`. */
  causes(asset: string, partition?: string): Promise<string[]>;
}

/** A graph over a state and a lake in memory, and a clock that moves on when all sleep. */
export async function lab(assets: readonly AnyAsset[], options: LabOptions = {}): Promise<Lab> {
  const { store = memoryStore(), lake = new Lake(), clock = fakeClock(NOON, { auto: true }) } = options;
  const handle = memoryState(store, options.worker ?? "a");
  const state = options.state?.(handle) ?? handle;
  const publisher = lakePublisher(lake);
  const progress: Progress[] = [];
  const orchestrator = await Orchestrator.open({
    graph: graph(assets),
    state,
    publisher: options.publisher?.(publisher) ?? publisher,
    clock,
    ...(options.machine && { machine: options.machine }),
    random: options.random ?? (() => 0.5),
    resources: null,
    mask: (text) => text.replaceAll("hunter2", "***"),
    readSourceFile: (path) => options.sources?.[path] ?? "",
    limits: options.limits ?? { steps: 4, pools: {} },
    ...(options.recordsDamage !== undefined && { recordsDamage: options.recordsDamage }),
    ...(options.cron && { cron: () => Promise.resolve(options.cron!) }),
    ...(options.examine && { examine: (pool: string) => options.examine!(pool, state) }),
  });
  const everything = whole(new Set(assets.map(({ key }) => key)));
  const range = ({ from, to }: KeyRange) => from === to ? from ?? "-" : `${from}..${to}`;
  const told = ({ kind, asset, members = [], detail }: PlannedCause) =>
    [kind, asset, ...members.map(range), detail].filter((part) => part).join(" ");
  return {
    orchestrator,
    state,
    store,
    lake,
    clock,
    progress,
    materialize: ({ signal, ...request } = {}) =>
      orchestrator.materialize({ ...everything, ...request }, {
        ...(signal && { signal }),
        observe: (each) => progress.push(each),
      }),
    plan: async (request = {}) =>
      (await orchestrator.plan({ ...everything, ...request }))
        .map((step) => `${step.asset} ${range(step)} ${step.state}`),
    causes: async (asset, partition) =>
      (await orchestrator.plan(everything))
        .filter((step) => step.asset === asset)
        .filter(({ from, to }) => {
          const { ordinal } = orchestrator.partitions(asset);
          return partition === undefined ||
            ordinal(from!)! <= ordinal(partition)! && ordinal(partition)! <= ordinal(to!)!;
        })
        .flatMap(({ causes }) => causes.map(told)),
  };
}

/** Asks for the runs of backfills and does what is queued until nothing is left. @returns Each run with how it ended. */
export async function worked({ orchestrator }: Pick<Lab, "orchestrator">): Promise<string[]> {
  const ticker = await orchestrator.backfillTicker();
  const ended: string[] = [];
  for (;;) {
    const { runs } = await ticker.tick(new AbortController().signal);
    const before = ended.length;
    for await (const { run, outcome } of orchestrator.work()) ended.push(`${run} ${outcome.status}`);
    if (runs.length === 0 && ended.length === before) return ended;
  }
}

/** Materializes with contents that a test may change: by partition key (null is "-"), else `otherwise`. */
export function contents(of: Record<string, string>, otherwise = "1") {
  return {
    async *materialize({ partitions }: { partitions: Iterable<{ ordinal: number; key: string | null }> }) {
      await null;
      yield [...partitions].map(({ ordinal, key }): Output => ({
        partition: ordinal,
        dataVersion: of[key ?? "-"] ?? otherwise,
      }));
    },
  };
}

/** An output of one file at `lake/NAME/KEY`, staged in the lake. */
export function filed(
  lake: Lake,
  { staging, name, partition, key, content }: {
    staging: string;
    name: string;
    partition: number;
    key: string | null;
    content: string;
  },
): Output {
  const temporary = `${staging}/${partition}`;
  lake.write(temporary, content);
  return {
    partition,
    dataVersion: content,
    rows: 1,
    staged: [{ final: `lake/${name}/${key ?? "-"}`, temporary }],
  };
}
