import type { AnyAsset, AssetCounts } from "../../../core/mod.ts";
import { chosen } from "../../api/queries.ts";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Age, AssetLink, Empty, Title } from "../../parts/small.tsx";
import { StateBar, States } from "../../parts/state.tsx";
import { shownCounts } from "../../parts/counts.ts";
import { words } from "../../view/language.ts";
import { takes } from "../../view/given.ts";

const text = words({
  title: "Assets",
  lead: "Every table, file and catalog entry of the lake, and how its partitions stand.",
  selection: "Selection",
  example: "group:vietnam, kind:mart, +vietnam/prod_mart",
  choose: "Show",
  none: "The selection chooses no asset",
  noneHint: "Take the filter away to see all of them.",
  all: "All assets",
  asset: "Asset",
  kind: "Kind",
  partitions: "Partitions",
  states: "States",
  newest: "Last made",
  never: "never",
  materialize: "Materialize these",
}, {
  title: "Tài sản",
  lead: "Mọi bảng, tệp và mục danh mục của hồ dữ liệu, cùng trạng thái các phân vùng.",
  selection: "Bộ chọn",
  example: "group:vietnam, kind:mart, +vietnam/prod_mart",
  choose: "Hiện",
  none: "Không tài sản nào được chọn",
  noneHint: "Bỏ bộ lọc để xem tất cả.",
  all: "Mọi tài sản",
  asset: "Tài sản",
  kind: "Loại",
  partitions: "Phân vùng",
  states: "Trạng thái",
  newest: "Lần dựng cuối",
  never: "chưa bao giờ",
  materialize: "Dựng các tài sản này",
});

interface Row {
  readonly asset: AnyAsset;
  readonly counts: AssetCounts;
}

/** All assets, or those that a selection chooses. */
export function assets(pages: Pages): void {
  pages.get("/assets", takes("selection", "group"), async (context) => {
    const { view, lake: { orchestrator, graph }, lookbackDays } = context.var;
    const t = view.in(text);
    const group = view.url.searchParams.get("group");
    const asked = view.url.searchParams.get("selection") ?? (group === null ? "" : `group:${group}`);
    const counts = await orchestrator.counts(lookbackDays);
    const keys = chosen(asked.trim() === "" ? [] : [asked], graph);
    const rows = counts.filter(({ key }) => keys.has(key))
      .map((counts): Row => ({ asset: graph.byKey.get(counts.key)!, counts }));
    const acted = asked.trim() === "" ? "*" : asked;
    return await show(context, { title: t.title }, [
      <Title title={t.title} lead={t.lead}>
        {rows.length === 0
          ? null
          : (
            <a class="button" data-dialog href={`/acts/materialize?selection=${encodeURIComponent(acted)}`}>
              {t.materialize}
            </a>
          )}
      </Title>,
      <form method="get" role="search">
        <fieldset>
          <label>
            {t.selection}
            <input name="selection" value={asked} placeholder={t.example} size={36} />
          </label>
          <button type="submit">{t.choose}</button>
        </fieldset>
      </form>,
      rows.length === 0
        ? (
          <Empty title={t.none}>
            <p>{t.noneHint}</p>
            <a class="button" href="/assets">{t.all}</a>
          </Empty>
        )
        : (
          <div class="panel" data-live="assets">
            <DataTable
              view={view}
              rows={rows}
              columns={[
                {
                  name: "asset",
                  title: t.asset,
                  cell: ({ asset }) => <AssetLink of={asset.key} />,
                  by: ({ asset }) => asset.key,
                },
                {
                  name: "kind",
                  title: t.kind,
                  by: ({ asset }) => asset.kind,
                },
                {
                  name: "partitions",
                  title: t.partitions,
                  number: true,
                  by: ({ counts }) => counts.partitions.total,
                },
                {
                  name: "states",
                  title: t.states,
                  cell: ({ counts }) => (
                    <>
                      <StateBar view={view} counts={shownCounts(counts)} />
                      <States view={view} counts={shownCounts(counts)} />
                    </>
                  ),
                  by: ({ counts: { partitions: { total, fresh } } }) => total === 0 ? 1 : fresh / total,
                },
                {
                  name: "newest",
                  title: t.newest,
                  cell: ({ counts: { lastMaterialized: at } }) =>
                    at === null ? t.never : <Age view={view} at={at} />,
                  by: ({ counts }) => counts.lastMaterialized,
                },
              ]}
            />
          </div>
        ),
    ]);
  });
}
