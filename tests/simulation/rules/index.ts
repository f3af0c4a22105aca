import { canonicalJson } from "../../../core/fingerprint.ts";
import type { Node } from "../../../core/staleness/node.ts";
import type { Worker } from "../worker.ts";
import { referenceAt } from "./work.ts";

/** An index says at any moment what the whole log says up to the number that the index has taken in. */
export function agreeAt(worker: Worker): void {
  const { orchestrator, world: { oracle }, sketches } = worker;
  if (orchestrator === undefined) return;
  const { index } = orchestrator;
  const moment = `${index.seq} ${index.now} ${index.clock}`;
  if (worker.compared === moment) return;
  worker.compared = moment;
  const reference = referenceAt(worker, index.seq);
  const other = readOtherwise(index.nodes);
  for (const { key } of sketches) {
    const node = index.node(key);
    if (other.has(node)) continue;
    for (const partition of reference.existing(key)) {
      const wanted = reference.row(key, partition) === undefined
        ? "missing"
        : reference.isFresh(key, partition)
        ? "fresh"
        : "stale";
      const found = index.judge(node, partition);
      if (found === wanted) continue;
      throw oracle.violation(
        `the index of ${worker.name} at ${index.seq} holds "${key}" ${partition} for ${found}, it is ${wanted}`,
      );
    }
  }
}

/** The assets whose registered code reads by other dependencies than are declared here, and what reads them: it is not known. */
function readOtherwise(nodes: readonly Node[]): ReadonlySet<Node> {
  const found = new Set<Node>();
  for (const node of nodes) {
    const isOther = canonicalJson(node.present.record.edges) !== canonicalJson(node.record.edges);
    if (isOther || node.up.some(({ up }) => found.has(up))) found.add(node);
  }
  return found;
}
