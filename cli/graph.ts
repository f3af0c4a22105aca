import { type LineageJson, lineageJson } from "../core/mod.ts";
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
    const lineage = lineageJson(assets);
    notify(format === "text" ? stdout : log, app.notices);
    if (format === "json") {
      printJson(stdout, lineage);
    } else {for (const line of format === "text" ? tree(lineage) : mermaid(lineage)) {
        print(stdout, line);
      }}
    return 0;
  },
};

/** A tree below each asset that reads none of the others; what was shown before is not unfolded again. */
function tree({ nodes, edges }: LineageJson): string[] {
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
  for (const { key } of nodes) if (!edges.some(({ to }) => to === key)) draw(key, key, "", "");
  return lines;
}

/** A flowchart with a subgraph for each group; what does not count by its content is dotted. */
function mermaid({ nodes, edges }: LineageJson): string[] {
  const names = new Map(nodes.map(({ key }, place) => [key, `a${place}`]));
  const groups = [...Map.groupBy(nodes, ({ group }) => group)].flatMap(([group, members], place) => [
    `  subgraph g${place}["${group}"]`,
    ...members.map(({ key, external }) => {
      const [open, close] = external ? ["([", "])"] : ["[", "]"];
      return `    ${names.get(key)}${open}"${key}"${close}`;
    }),
    "  end",
  ]);
  const arrows = edges.map(({ from, to, mode }) =>
    `  ${names.get(from)} ${mode === "content" ? "-->" : `-. ${mode} .->`} ${names.get(to)}`
  );
  return ["flowchart LR", ...groups, ...arrows];
}
