import {
  type AnyAsset,
  assetDetailJson,
  codeVersion,
  downstreamOf,
  type Duration,
  type Graph,
  sourceNames,
} from "../core/mod.ts";
import { type Command, type Project, UsageError } from "./context.ts";
import { dependencyText, keysText, partitionsText } from "./describe.ts";
import { notify, painter, print, printJson } from "./out.ts";
import { chosen } from "./selection.ts";
import { table } from "./table.ts";
import { plural } from "./text.ts";

export const show: Command = {
  summary: "one asset: contract, code version, what it reads and what reads it, checks",
  help: `
Usage: show ASSET [--json]

Example:
  deno task show vietnam/prod_mart`,
  flags: {},
  words: 1,
  async run({ words: [word], json, app: open }, { stdout, log }) {
    if (word === undefined) {
      throw new UsageError("showing: found no asset, wanted one, such as vietnam/prod_mart");
    }
    const app = await open();
    const project = await app.project();
    const { graph } = project;
    const keys = chosen([word], graph);
    const [key] = keys;
    if (key === undefined || keys.size > 1) {
      throw new UsageError(`showing "${word}": found ${plural(keys.size, "asset")}, wanted one`);
    }
    const asset = graph.byKey.get(key)!;
    const version = await codeVersionOf(asset, project);
    notify(json ? log : stdout, app.notices);
    if (json) printJson(stdout, assetDetailJson(graph, asset, version));
    else for (const line of lines(graph, asset, version)) print(stdout, line);
    const paint = painter(stdout);
    if (!json && asset.contract !== null) {
      const { columns, partitionColumns } = asset.contract;
      const rows = [
        ...columns.map(({ name, type, unit = "", limits = [], nullable }) => [
          name,
          type,
          unit,
          limits.join(" to "),
          nullable ? "" : "never null",
        ]),
        ...partitionColumns.map(({ name, type }) => [name, type, "", "", "in the path"]),
      ];
      const sparse = ["unit", "limits"].map((head) => ({ head, sparse: true }));
      const [head, ...rest] = table(["column", "type", ...sparse, ""], rows);
      print(stdout, paint("bold", head!));
      for (const line of rest) print(stdout, line);
    }
    return 0;
  },
};

/** The code version that the asset's partitions are made with now. */
async function codeVersionOf({ code, sources }: AnyAsset, { readSourceFile }: Project): Promise<string> {
  const texts: Record<string, string> = {};
  for (const { path, name = path } of sources) texts[name] = await readSourceFile(path);
  return codeVersion(code, texts);
}

/** A preset by its name. */
function automationText({ automation }: AnyAsset): string {
  if (automation === null) return "";
  return "label" in automation && automation.label !== undefined
    ? automation.label
    : "a condition of its own";
}

function timeText(duration: Duration): string {
  return Object.entries(duration).map(([unit, count]) => `${count} ${unit}`).join(" ");
}

function lines(graph: Graph, asset: AnyAsset, version: string): string[] {
  const { key, kind, group, description, owners, deps, freshness, contract } = asset;
  const checks = asset.checks.flatMap(({ checks }) => checks);
  const promise = freshness === null ? "" : timeText(freshness.within);
  const warned = freshness?.warn === undefined ? "" : `, warned of after ${timeText(freshness.warn)}`;
  const fields = {
    description,
    owners: owners.join(", "),
    group,
    kind: asset.materialize === null && kind !== "external" ? `${kind}, external` : kind,
    partitions: keysText(asset) || partitionsText(asset) || "one",
    reads: Object.values(deps).map(({ asset, mode }) => dependencyText(asset.key, mode)).join(", "),
    "read by": downstreamOf(graph, key).join(", "),
    "code version": version,
    sources: sourceNames(asset).join(", "),
    checks: checks.map(({ name, severity }) => severity === "blocking" ? name : `${name} (${severity})`)
      .join(", "),
    automation: automationText(asset),
    "fresh within": promise && `${promise} of the partition's end${warned}`,
    key: contract?.key?.join(", ") ?? "",
    "sorted by": contract?.sort?.join(", ") ?? "",
  };
  return [
    key,
    ...Object.entries(fields).filter(([, value]) => value !== "").map(([name, value]) =>
      `  ${name.padEnd(13)} ${value}`
    ),
  ];
}
