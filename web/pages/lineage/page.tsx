import { type AssetCounts, type Graph as Declared, lineageJson } from "../../../core/mod.ts";
import { chosen } from "../../api/queries.ts";
import { type Pages, show } from "../../page.tsx";
import { assetColumn } from "../../parts/asset_column.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { assetHref, Empty, Title } from "../../parts/small.tsx";
import { shownCounts } from "../../parts/counts.ts";
import { Sign, STATES, stateWords } from "../../parts/state.tsx";
import { plural, words } from "../../view/language.ts";
import { link, type View } from "../../view/view.ts";
import { givenIn, takes } from "../../view/given.ts";
import { type DrawnNode, fold, MOST } from "./fold.ts";
import { HEIGHT, type Placed, WIDTH } from "./layout.ts";
import { place } from "./place.ts";

const text = words({
  title: "Lineage",
  lead: "What reads what. An arrow leads from an asset to what reads it; dashed ones only set the order.",
  selection: "Selection",
  example: "+vietnam/prod_mart",
  choose: "Show",
  all: "All assets",
  none: "There is nothing to draw",
  noneHint: "The selection chooses no asset.",
  graph: "Graph",
  groups: "Groups",
  fold: (group: string) => `Fold ${group}`,
  unfold: (group: string) => `Unfold ${group}`,
  assets: (count: string) => plural(count, "asset"),
  asTable: "As a table",
  from: "Asset",
  to: "Read by",
  how: "How",
  external: "external",
}, {
  title: "Dòng dữ liệu",
  lead: "Cái gì đọc cái gì. Mũi tên đi từ một tài sản đến nơi đọc nó; nét đứt chỉ quy định thứ tự.",
  selection: "Bộ chọn",
  example: "+vietnam/prod_mart",
  choose: "Hiện",
  all: "Mọi tài sản",
  none: "Không có gì để vẽ",
  noneHint: "Bộ chọn không chọn tài sản nào.",
  graph: "Đồ thị",
  groups: "Nhóm",
  fold: (group) => `Gộp ${group}`,
  unfold: (group) => `Mở ${group}`,
  assets: (count) => `${count} tài sản`,
  asTable: "Dạng bảng",
  from: "Tài sản",
  to: "Được đọc bởi",
  how: "Cách đọc",
  external: "bên ngoài",
});

/** The graph, with the states of its assets. */
export function lineage(pages: Pages): void {
  pages.get("/lineage", takes("selection", "fold"), async (context) => {
    const { view, lake: { graph, orchestrator }, lookbackDays } = context.var;
    const t = view.in(text);
    const asked = (view.url.searchParams.get("selection") ?? "").trim();
    const keys = chosen(asked === "" ? [] : [asked], graph);
    const counts = new Map((await orchestrator.counts(lookbackDays)).map((each) => [each.key, each]));
    const whole = lineageJson(graph.assets.filter(({ key }) => keys.has(key)));
    const groups = [...new Set(whole.nodes.map(({ group }) => group))];
    const folded = foldedOf(view, graph, groups, whole.nodes.length);
    const placed = await place(fold(whole, folded));
    return await show(context, { title: t.title, wide: true }, [
      <Title title={t.title} lead={t.lead} />,
      <form method="get" role="search">
        <fieldset>
          <label>
            {t.selection}
            <input name="selection" value={asked} placeholder={t.example} size={36} />
          </label>
          <button type="submit">{t.choose}</button>
          {asked === "" ? null : <a class="button" href="/lineage">{t.all}</a>}
        </fieldset>
      </form>,
      groups.length < 2 ? null : <Folds view={view} groups={groups} folded={folded} />,
      whole.nodes.length === 0
        ? (
          <Empty title={t.none}>
            <p>{t.noneHint}</p>
          </Empty>
        )
        : (
          <section class="panel" data-live="lineage" aria-label={t.graph}>
            <Graph view={view} placed={placed} counts={counts} />
            <DataTable
              view={view}
              summary={t.asTable}
              rows={whole.edges}
              columns={[
                assetColumn("from", t.from),
                assetColumn("to", t.to),
                { name: "how", title: t.how, by: ({ mode }) => mode },
              ]}
            />
          </section>
        ),
    ]);
  });
}

/**
 * The groups that are folded: those that the viewer names, else all of a large graph.
 *
 * @throws {RequestError} If the graph has no group of a name.
 */
function foldedOf(
  { url }: View,
  { assets }: Declared,
  groups: readonly string[],
  shown: number,
): ReadonlySet<string> {
  if (!url.searchParams.has("fold")) return new Set(shown > MOST && groups.length > 1 ? groups : []);
  const known = new Set(assets.map(({ group }) => group));
  const named = givenIn(url.searchParams, "fold", {
    isMeant: (text) => text.split(",").every((group) => known.has(group)),
    wanted: `groups of this graph: ${[...known].join(", ")}`,
  });
  return new Set(named?.split(",").filter((group) => groups.includes(group)));
}

function Folds(
  { view, groups, folded }: { view: View; groups: readonly string[]; folded: ReadonlySet<string> },
) {
  const t = view.in(text);
  const turned = (group: string) => {
    const others = groups.filter((each) => (each === group) !== folded.has(each));
    return link(view, { fold: others.join(",") });
  };
  return (
    <nav class="acts" aria-label={t.groups}>
      {groups.map((group) => (
        <a class="button" href={turned(group)}>{folded.has(group) ? t.unfold(group) : t.fold(group)}</a>
      ))}
    </nav>
  );
}

function Graph(
  { view, placed, counts }: { view: View; placed: Placed; counts: ReadonlyMap<string, AssetCounts> },
) {
  const { width, height, nodes, edges } = placed;
  return (
    <div class="scroll" tabindex={0} role="region" aria-label={view.in(text).title}>
      <svg
        class="lineage"
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={view.in(text).title}
      >
        <defs>
          <marker
            id="head"
            viewBox="0 0 8 8"
            refX="8"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path class="head" d="M0 0 8 4 0 8Z" />
          </marker>
        </defs>
        {edges.map(({ points, isOrder }) => (
          <path class={isOrder ? "edge order" : "edge"} d={curve(points)} marker-end="url(#head)" />
        ))}
        {nodes.map((node) => <Node view={view} node={node} counts={counts} />)}
      </svg>
    </div>
  );
}

function Node(
  { view, node, counts }: {
    view: View;
    node: DrawnNode & { x: number; y: number };
    counts: ReadonlyMap<string, AssetCounts>;
  },
) {
  const t = view.in(text);
  const { id, x, y, isGroup, kind, external, assets } = node;
  const sums = shownCounts(...assets.map((key) => counts.get(key)!));
  const worst = STATES.find((state) => (sums[state] ?? 0) > 0 && state !== "missing") ??
    STATES.find((state) => (sums[state] ?? 0) > 0) ?? "missing";
  const about = isGroup
    ? t.assets(view.format.number(assets.length))
    : external
    ? `${kind} · ${t.external}`
    : kind;
  const state = `${sums[worst] === undefined ? "" : `${view.format.number(sums[worst])} `}${
    view.in(stateWords)[worst]
  }`;
  const href = isGroup ? `/assets?group=${encodeURIComponent(id)}` : assetHref(id);
  return (
    <a href={href} class={`s-${worst}`}>
      <rect
        class={isGroup ? "node group" : external ? "node external" : "node"}
        x={x}
        y={y}
        width={WIDTH}
        height={HEIGHT}
        rx="4"
      />
      <rect class={`s-${worst}`} x={x} y={y} width="5" height={HEIGHT} rx="2" />
      <text class="name" x={x + 14} y={y + 21}>{shortened(id)}</text>
      <svg x={x + 14} y={y + 33} width="12" height="12" viewBox="0 0 16 16">
        <Sign state={worst} />
      </svg>
      <text x={x + 31} y={y + 43}>{state}</text>
      <text x={x + WIDTH - 8} y={y + 43} text-anchor="end">{about}</text>
      {shortened(id) === id ? null : <title>{id}</title>}
    </a>
  );
}

/** A name that fits into a node. */
function shortened(id: string): string {
  return id.length <= 25 ? id : `${id.slice(0, 10)}…${id.slice(-14)}`;
}

/** A smooth line through points. */
function curve(points: readonly { readonly x: number; readonly y: number }[]): string {
  const at = ({ x, y }: { readonly x: number; readonly y: number }) => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const [first, ...rest] = points as [typeof points[number], ...typeof points];
  let path = `M${at(first)}`;
  for (let place = 0; place < rest.length - 1; place++) {
    const [here, next] = [rest[place]!, rest[place + 1]!];
    path += `Q${at(here)} ${at({ x: (here.x + next.x) / 2, y: (here.y + next.y) / 2 })}`;
  }
  return `${path}L${at(rest.at(-1) ?? first)}`;
}
