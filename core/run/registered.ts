import { type CheckResult, FILES_INTACT } from "../check.ts";
import { canonicalJson } from "../fingerprint.ts";
import type { MaterializationRecord } from "../ports/state.ts";
import type { Node } from "../staleness/node.ts";
import type { Session } from "./session.ts";

/**
 * For each partition of an asset that registers entries and whose record names no file: whether the catalog has those
 * entries, as long as its code is today's. States of before 0.2 did not record the files of entries.
 */
export async function registered(
  { entries }: Session,
  { asset, codeId }: Node,
  records: readonly MaterializationRecord[],
): Promise<Map<number, CheckResult>> {
  const unnamed = records.filter(({ event }) => event.payload.files.length === 0 && event.codeId === codeId);
  if (asset.entries.length === 0 || unnamed.length === 0 || entries === undefined) return new Map();
  const registered = new Set((await entries()).map(canonicalJson));
  const lost = asset.entries.find((entry) => !registered.has(canonicalJson(entry)));
  const answer = { check: FILES_INTACT, severity: "blocking" } as const;
  const result: CheckResult = lost === undefined ? { ...answer, passed: true } : {
    ...answer,
    passed: false,
    detail: `found the catalog's entry "${lost.database}.${lost.name}" missing or altered, ` +
      "wanted the one that was registered",
  };
  return new Map(unnamed.map(({ partition }) => [partition, result]));
}
