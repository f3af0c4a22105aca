import type { AssetKey, Materialized } from "../../../core/event.ts";
import type { RolledBack } from "../../../core/run/rollback.ts";
import type { Oracle } from "../oracle.ts";

/** The newest version of a partition that is not the one that stands, as it was last recorded. */
function wanted(oracle: Oracle, asset: AssetKey, partition: number): Materialized | undefined {
  const [stands, ...before] = history(oracle, asset, partition);
  return before.find(({ dataVersion }) => dataVersion !== stands!.dataVersion);
}

/** The materializations of a partition since it was last wiped, newest first. */
function history({ log }: Oracle, asset: AssetKey, partition: number): Materialized[] {
  const found: Materialized[] = [];
  for (const event of log.toReversed()) {
    if (event.asset !== asset) continue;
    if (event.kind === "wiped" && event.from <= partition && partition <= event.to) break;
    if (event.kind === "materialized" && event.partition === partition) found.push(event);
  }
  return found;
}

/** The partitions that had another version before; those that are damaged or expired alone, where there are any. */
export function withVersions(
  { log, rows }: Oracle,
): { readonly asset: AssetKey; readonly partition: number }[] {
  const versions = new Map<string, { asset: AssetKey; partition: number; versions: Set<string> }>();
  for (const event of log) {
    if (event.kind !== "materialized") continue;
    const { asset, partition, dataVersion } = event;
    const name = `${asset} ${partition}`;
    const known = versions.get(name) ?? { asset, partition, versions: new Set() };
    versions.set(name, known);
    known.versions.add(dataVersion);
  }
  const all = [...versions.values()].filter(({ versions }) => versions.size > 1);
  const gone = all.filter(({ asset, partition }) => {
    const row = rows.get(asset)?.get(partition);
    return row?.damaged || row?.expired;
  });
  return gone.length > 0 ? gone : all;
}

function isKept({ lake }: Oracle, { dataVersion, payload }: Materialized): boolean {
  return payload.files.every(({ path, hash }) => {
    const content = lake.read(lake.kept(path, dataVersion));
    return content !== undefined && lake.hash(content) === hash;
  });
}

/** A rollback takes the newest other version. */
export function newestOther(oracle: Oracle, event: Materialized): void {
  const version = wanted(oracle, event.asset, event.partition)?.dataVersion;
  if (version === event.dataVersion) return;
  throw oracle.violation(
    `"${event.asset}" ${event.partition} was rolled back to ${event.dataVersion}, wanted ${version}`,
  );
}

/** Judges the answer of a rollback that is granted its partition now: a version that is kept may not be refused. */
export function refusable(oracle: Oracle, asset: AssetKey, partition: number): (result: RolledBack) => void {
  const version = wanted(oracle, asset, partition);
  const kept = version !== undefined && isKept(oracle, version);
  return (result) => {
    if (result.status === "rolled-back" || !kept || !isKept(oracle, version)) return;
    throw oracle.violation(
      `"${asset}" ${partition} was not rolled back to ${version.dataVersion}, which is kept: ${result.reason}`,
    );
  };
}
