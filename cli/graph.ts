import type { AnyAsset } from "../core/mod.ts";
import type { Command } from "./context.ts";
import { formatOf } from "./parse.ts";
import { dependencyText } from "./describe.ts";
import { notify, print, printJson } from "./out.ts";
import { chosen } from "./selection.ts";

const FORMATS = ["text", "mermaid", "json"] as const;

export const graph: Command = {
  summary: "what reads what: as text, as a Mermaid diagram, or as JSON",
  help: `
Usage: graph [SELECTION…] [--format text|mermaid|json] [--json]

SELECTION      assets; default: all assets
--format F     default: text, or json with --json

Examples:
  deno task graph
  deno task graph +vietnam/prod_mart --format mermaid > graph.mmd`,
  flags: { values: ["format"] },
  words: Infinity,
  async run(invocation, { stdout, log }) {
    const format = formatOf(invocation, FORMATS, "text");
    const app = await invocation.app();
    const { graph } = await app.project();
    const keys = chosen(invocation.words, graph);
    const assets = graph.assets.filter(({ key }) => keys.has(key));
    const edges = assets.flatMap((asset) => edgesOf(asset).filter(({ from }) => keys.has(from)));
    notify(format === "text" ? stdout : log, app.notices);
    if (format === "json") {
      const nodes = assets.map(({ key, group, kind, materialize }) => ({
        key,
        group,
        kind,
        external: materialize === null,
      }));
      printJson(stdout, { nodes, edges });
    } else {for (const line of format === "text" ? tree(assets, edges) : mermaid(assets, edges)) {
        print(stdout, line);
      }}
    return 0;
  },
};

interface Edge {
  /** The upstream asset. */
  readonly from: string;
  readonly to: string;
  readonly mode: string;
}

function edgesOf({ key, deps }: AnyAsset): Edge[] {
  return Object.values(deps).map(({ asset, mode }) => ({ from: asset.key, to: key, mode }));
}

/** A tree below each asset that reads none of the others; what was shown before is not unfolded again. */
function tree(assets: readonly AnyAsset[], edges: readonly Edge[]): string[] {
  const lines: string[] = [];
  const shown = new Set<string>();
  const draw = (key: string, label: string, lead: string, below: string) => {
    const readers = edges.filter(({ from }) => from === key);
    const again = shown.has(key) && readers.length > 0;
    lines.push(`${lead}${label}${again ? " …" : ""}`);
    if (shown.has(key)) return;
    shown.add(key);
    for (const [place, { to, mode }] of readers.entries()) {
      const last = place === readers.length - 1;
      draw(
        to,
        dependencyText(to, mode),
        `${below}${last ? "└─ " : "├─ "}`,
        `${below}${last ? "   " : "│  "}`,
      );
    }
  };
  for (const { key } of assets) if (!edges.some(({ to }) => to === key)) draw(key, key, "", "");
  return lines;
}

/** A flowchart with a subgraph for each group; what does not count by its content is dotted. */
function mermaid(assets: readonly AnyAsset[], edges: readonly Edge[]): string[] {
  const names = new Map(assets.map(({ key }, place) => [key, `a${place}`]));
  const groups = [...Map.groupBy(assets, ({ group }) => group)].flatMap(([group, members], place) => [
    `  subgraph g${place}["${group}"]`,
    ...members.map(({ key, materialize }) => {
      const [open, close] = materialize === null ? ["([", "])"] : ["[", "]"];
      return `    ${names.get(key)}${open}"${key}"${close}`;
    }),
    "  end",
  ]);
  const arrows = edges.map(({ from, to, mode }) =>
    `  ${names.get(from)} ${mode === "content" ? "-->" : `-. ${mode} .->`} ${names.get(to)}`
  );
  return ["flowchart LR", ...groups, ...arrows];
}
