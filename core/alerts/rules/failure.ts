import { fromOrdinals } from "../../partition/ranges.ts";
import { failuresOf } from "../failures.ts";
import { type AlertRule, type AlertScope, covers, seesAsset } from "../rule.ts";
import { partitionsText } from "../told.ts";

/** An asset's partitions failed, and were not made since. */
export function failure(scope: AlertScope = {}): AlertRule {
  return {
    name: "failure",
    sees: seesAsset,
    find: ({ index }) =>
      index.nodes.filter((node) => covers(scope, node)).flatMap((node) => {
        const { partitions, newest } = failuresOf(index, node, "error");
        if (newest === undefined) return [];
        const failed = partitionsText(node, fromOrdinals(partitions));
        return [{
          subject: node.key,
          severity: "error" as const,
          message: `${failed} failed: ${newest.message}`,
        }];
      }),
  };
}
