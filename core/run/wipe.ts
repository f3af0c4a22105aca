import type { AssetKey, RunId } from "../event.ts";
import { count, type Ranges, subtract, union } from "../partition/ranges.ts";
import type { Json } from "../ports/key_value.ts";
import type { RunRequest } from "../ports/state.ts";
import { materializedIn, type Node } from "../staleness/node.ts";
import { exclusively } from "./exclusive.ts";
import { recorded } from "./recorded.ts";
import { scopeFrom } from "./request.ts";
import type { Scope } from "./scope.ts";
import { commit, type Session } from "./session.ts";

/** Forgets what stands of the partitions: they are missing from then on. Files stay. @returns How many were forgotten. */
export async function wipe(session: Session, request: RunRequest): Promise<Map<AssetKey, number>> {
  const scope = scopeFrom(session.index, request);
  const stands = [...scope].some(([node, ranges]) => materializedIn(node, ranges).length > 0);
  if (!stands) return new Map([...scope].map(([{ key }]) => [key, 0]));
  return await recorded(session, request, (run) => wipeScope(session, run, scope), { summary: wipedJson });
}

/** Forgets what stands of a scope, but for what was made since this run began to. @returns How many partitions. */
export async function wipeScope(session: Session, run: RunId, scope: Scope): Promise<Map<AssetKey, number>> {
  const wiped = new Map<AssetKey, number>();
  const before = await wipedBy(session, run);
  for (const [node, ranges] of scope) {
    const own = before.get(node.key) ?? [];
    const left = materializedIn(node, subtract(ranges, own));
    const forgotten = left.length === 0
      ? []
      : await forget(session, run, node, left, () => materializedIn(node, left));
    wiped.set(node.key, count(own) + count(forgotten));
  }
  return wiped;
}

/** Events read at a time. */
const PAGE = 10_000;

/** The partitions that a run forgot before its worker died. */
async function wipedBy({ state }: Session, run: RunId): Promise<Map<AssetKey, Ranges>> {
  const wiped = new Map<AssetKey, Ranges>();
  for (let after = 0;;) {
    const page = await state.events(run, { after, limit: PAGE });
    for (const event of page) {
      if (event.kind === "wiped") wiped.set(event.asset, union(wiped.get(event.asset) ?? [], [event]));
    }
    if (page.length < PAGE) return wiped;
    after = page.at(-1)!.seq;
  }
}

/** The record of a run that wiped. */
export function wipedJson(wiped: ReadonlyMap<AssetKey, number>): Json {
  return { counts: { forgotten: [...wiped.values()].reduce((sum, each) => sum + each, 0) } };
}

/** Forgets what stands of claimed partitions. @param standing Asked once nobody else is at work on them. */
export async function forget(
  session: Session,
  run: RunId,
  asset: Pick<Node, "key" | "set">,
  ranges: Ranges,
  standing: () => Ranges,
): Promise<Ranges> {
  return await exclusively(session, run, asset, ranges, async (claim) => {
    const forgotten = standing();
    const common = { kind: "wiped" as const, asset: asset.key, at: session.clock.now(), run };
    await commit(session, { claim, events: forgotten.map((range) => ({ ...common, ...range })) });
    return forgotten;
  });
}
