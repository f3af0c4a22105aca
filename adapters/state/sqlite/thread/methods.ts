import type { State } from "../../../../core/mod.ts";

/** Every method of a port that answers a promise, and those of the ports that it holds; no other can be asked across. */
type Methods<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: never[]) => infer Answer
    ? Answer extends Promise<unknown> ? true : never
    : Methods<Port[Name]>;
};

/** What is asked of a state by messages alone. */
export const METHODS: Methods<Omit<State, "watch">> = {
  register: true,
  assets: true,
  snapshot: true,
  since: true,
  events: true,
  madeBy: true,
  commit: true,
  materializations: true,
  filesBelow: true,
  filesAt: true,
  eventsOf: true,
  series: true,
  history: true,
  rechecked: true,
  claim: true,
  leave: true,
  isWanted: true,
  slotWaits: true,
  release: true,
  claims: true,
  holdings: true,
  free: true,
  recover: true,
  beginRun: true,
  endRun: true,
  runs: true,
  runCounts: true,
  runCountsBetween: true,
  run: true,
  runStatuses: true,
  log: true,
  logs: true,
  enqueue: true,
  keysUsedBefore: true,
  forgetKeys: true,
  take: true,
  oldest: true,
  handBack: true,
  gotOn: true,
  cancel: true,
  isCancelled: true,
  replaced: true,
  forget: true,
  forgetOlder: true,
  noteTick: true,
  ticks: true,
  lastTicks: true,
  evaluations: true,
  forgetTicks: true,
  lead: true,
  leader: true,
  leaders: true,
  beat: true,
  stalled: true,
  keyValue: { get: true, list: true, put: true, delete: true },
  backfills: {
    begin: true,
    list: true,
    get: true,
    batches: true,
    ranges: true,
    allRanges: true,
    enqueue: true,
    turn: true,
    end: true,
    forget: true,
  },
  alerts: {
    open: true,
    episodes: true,
    countsBetween: true,
    begin: true,
    change: true,
    end: true,
    take: true,
    owed: true,
    settle: true,
    forget: true,
  },
  acts: { note: true, list: true, forget: true },
  close: true,
  abandon: true,
};

/** A method, as it is asked for by its path. */
export type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** A port whose every method is asked for by `call`. */
export function portOver<Port>(
  methods: Methods<Port>,
  call: (method: string, args: readonly unknown[]) => Promise<unknown>,
  above = "",
): Port {
  const port = Object.entries<true | Methods<unknown>>(methods).map(([name, of]) => {
    const path = above + name;
    return [name, of === true ? (...args: unknown[]) => call(path, args) : portOver(of, call, `${path}.`)];
  });
  return Object.fromEntries(port);
}

/** The methods of a port by their paths. */
export function methodsOf<Port>(methods: Methods<Port>, port: Port): ReadonlyMap<string, Method> {
  return new Map(paths(methods, port as Readonly<Record<string, unknown>>, ""));
}

function* paths(
  methods: Methods<unknown>,
  port: Readonly<Record<string, unknown>>,
  above: string,
): Generator<[string, Method]> {
  for (const [name, of] of Object.entries<true | Methods<unknown>>(methods)) {
    const own = port[name];
    if (of === true) yield [above + name, (own as Method).bind(port)];
    else yield* paths(of, own as typeof port, `${above}${name}.`);
  }
}
