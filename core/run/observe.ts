import type { Observation } from "../asset.ts";
import type { AssetKey, NewEvent } from "../event.ts";
import { canonicalJson } from "../fingerprint.ts";
import type { Instant } from "../instant.ts";
import type { FailedOutput } from "../output.ts";
import { fromOrdinals, ordinals, type Ranges, union } from "../partition/ranges.ts";
import { rangeText } from "../partition/range_text.ts";
import type { MaterializationRecord } from "../ports/state.ts";
import { allExisting, isBehind, type Node } from "../staleness/node.ts";
import type { Warning } from "../warnings.ts";
import { materializationOf } from "./inputs.ts";
import { reported } from "./report.ts";
import { commit, messageOf, type Session } from "./session.ts";

/** An external asset as it was seen. */
export interface Seen {
  readonly asset: AssetKey;
  /** Why it could not be looked at, if so: nothing can be told of it. */
  readonly failure?: string;
  /** Whether every partition could be told. */
  readonly isWhole: boolean;
  /** Partitions that cannot be told, and those that are there no more. */
  readonly warnings: readonly Warning[];
}

/** The result of looking at an external asset. */
export interface Looked {
  readonly node: Node;
  /** The partitions with new content since the last look. */
  readonly events: readonly NewEvent[];
  /** Failures to tell the content of one partition or (null) of all. */
  readonly problems: readonly { readonly partition: number | null; readonly message: string }[];
  /** Partitions that are no longer there; each stays as it was seen last. */
  readonly gone: Ranges;
  /** Those that are no longer there and could never be told. */
  readonly lost: Ranges;
  /** Lines on what is there and is no partition. */
  readonly strays: readonly string[];
}

/**
 * Looks at the external assets among those asked for and above them; nothing is recorded. What is there no more is held back
 * from now on.
 */
export async function look(
  session: Session,
  assets: ReadonlySet<AssetKey>,
  signal: AbortSignal,
): Promise<Looked[]> {
  const watched = session.index.nodes.filter((node) =>
    node.asset.observe !== null && !isBehind(node) && isRead(node, assets)
  );
  const looked = await Promise.all(watched.map((node) => lookAt(session, node, signal)));
  for (const { node, problems, gone, lost } of looked) {
    if (problems.every(({ partition }) => partition !== null)) session.index.lose(node, union(gone, lost));
  }
  return looked;
}

/** Looks at the same external assets, and records what is new. */
export async function observe(
  session: Session,
  assets: ReadonlySet<AssetKey>,
  signal: AbortSignal,
): Promise<Looked[]> {
  const seen = await look(session, assets, signal);
  const events = eventsOf(seen);
  if (events.length > 0) await commit(session, { claim: null, events });
  return seen;
}

/** Whether one of the assets is the node's or reads it. */
function isRead(node: Node, assets: ReadonlySet<AssetKey>): boolean {
  return assets.has(node.key) || node.down.some((edge) => isRead(edge.down, assets));
}

async function lookAt(session: Session, node: Node, signal: AbortSignal): Promise<Looked> {
  const { index, state } = session;
  const strays: string[] = [];
  const before = await state.materializations(node.key, allExisting(node, index.now));
  try {
    const found = await node.asset.observe!({
      materializations: () => Promise.resolve(before.map((record) => materializationOf(node, record))),
      now: index.now,
      signal,
      warn: (message) => strays.push(message),
    });
    return { ...compared(session, node, before, found), strays };
  } catch (error) {
    signal.throwIfAborted();
    const message = messageOf(session, error);
    return { node, events: [], problems: [{ partition: null, message }], gone: [], lost: [], strays };
  }
}

function compared(
  session: Session,
  node: Node,
  before: readonly MaterializationRecord[],
  found: readonly (Observation | FailedOutput)[],
): Omit<Looked, "strays"> {
  const { index, clock } = session;
  const known = new Map(before.map(({ partition, event }) => [partition, event]));
  const supposed = new Set(index.supposed(node));
  const named = new Set<number>();
  const events: NewEvent[] = [];
  const problems: { partition: number; message: string }[] = [];
  for (const each of found.toSorted((a, b) => a.partition - b.partition)) {
    const { partition } = each;
    const error = faultOf(node, each, named.has(partition), index.now);
    const failure = index.failure(node, partition);
    named.add(partition);
    if (error !== undefined) {
      problems.push({ partition, message: error });
      if (failure?.message === error) continue;
      const range = { from: partition, to: partition };
      const common = { asset: node.key, at: clock.now(), run: null };
      events.push({ kind: "failed", ...common, ...range, reason: "error", message: error });
    } else if ("dataVersion" in each) {
      const isNew = !isSame(known.get(partition), each) || supposed.has(partition);
      if (isNew || failure !== undefined) events.push(reported(session, node, each, []));
    }
  }
  for (const partition of supposed) {
    if (named.has(partition) || known.has(partition)) continue;
    events.push({
      kind: "wiped",
      asset: node.key,
      at: clock.now(),
      run: null,
      from: partition,
      to: partition,
    });
  }
  const gone = [...known.keys()].filter((partition) => !named.has(partition));
  for (const partition of gone) {
    // What was wrong with it is so no more.
    if (index.failure(node, partition) === undefined) continue;
    const { dataVersion, payload: { rows, metadata, files } } = known.get(partition)!;
    const stood = { partition, dataVersion, metadata, ...(rows !== null && { rows }) };
    events.push(reported(session, node, stood, files));
  }
  const failed = [...ordinals(index.failureRanges(node))].filter((partition) =>
    !named.has(partition) && !known.has(partition)
  );
  return {
    node,
    events,
    problems,
    gone: fromOrdinals(gone.sort((a, b) => a - b)),
    lost: fromOrdinals(failed),
  };
}

/** Whether what was seen is as it is known, what is told of it included: the same content may have another name by now. */
function isSame(known: MaterializationRecord["event"] | undefined, seen: Observation): boolean {
  return known !== undefined && known.dataVersion === seen.dataVersion &&
    canonicalJson({ ...known.payload.metadata }) === canonicalJson({ ...seen.metadata });
}

function faultOf(
  { set }: Node,
  found: Observation | FailedOutput,
  twice: boolean,
  now: Instant,
): string | undefined {
  if ("error" in found) return found.error;
  if (twice) return "it was seen twice, wanted once";
  return set.has(found.partition, now)
    ? undefined
    : "it was seen before it exists, wanted a partition that has begun or ended by now";
}

/** The events that report new content. */
export function eventsOf(seen: readonly Looked[]): NewEvent[] {
  return seen.flatMap(({ events }) => events);
}

/** The observations, by key. */
export function seenOf({ node, problems, gone, strays }: Looked): Seen {
  const failure = problems.find(({ partition }) => partition === null)?.message;
  return {
    asset: node.key,
    isWhole: problems.length === 0,
    ...(failure !== undefined && { failure }),
    warnings: [
      ...problems.flatMap(({ partition, message }) =>
        partition === null ? [] : [{ partition: node.set.key(partition), message }]
      ),
      ...strays.map((message) => ({ message })),
      ...(gone.length > 0 ? [{ message: goneText(node, gone) }] : []),
    ],
  };
}

/** In a line without the asset, the partitions that were there and are not any more. */
export function goneText({ set }: Node, gone: Ranges): string {
  const keys = gone.map(({ from, to }) => rangeText(set.key(from), set.key(to))).join(", ");
  return `${keys} found no more, what was made of it stays`.trimStart();
}
