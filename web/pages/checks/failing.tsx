import type { FailingPartitions, PartitionSet } from "../../../core/mod.ts";
import { DataTable } from "../../parts/data_table.tsx";
import { Pager } from "../../parts/pager.tsx";
import { Panel, partitionHref } from "../../parts/small.tsx";
import type { View } from "../../view/view.ts";
import { text } from "./words.ts";

/** All that stands though checks failed, a page at a time. */
export function Failing(
  { view, asset, set, failing: { total, listed, more } }: {
    view: View;
    asset: string;
    set: PartitionSet;
    failing: FailingPartitions;
  },
) {
  const t = view.in(text);
  const count = <span class="small quiet">{t.failingCount(view.format.number(total))}</span>;
  return (
    <Panel title={t.failing} live="failing" side={total === 0 ? null : count}>
      {listed.length === 0 ? <p class="quiet">{t.noneFailing}</p> : (
        <DataTable
          view={view}
          prefix="failing-"
          label={t.failing}
          rows={listed}
          columns={[
            {
              name: "partition",
              title: t.partition,
              cell: ({ partition }) => {
                const key = set.key(partition);
                return <a class="key" href={partitionHref(asset, key)}>{key ?? asset}</a>;
              },
              by: ({ partition }) => partition,
            },
            {
              name: "check",
              title: t.check,
              cell: ({ failed }) =>
                failed.map(({ check }) => (
                  <div>
                    <code>{check}</code>
                  </div>
                )),
              by: ({ failed }) => failed[0]?.check ?? "",
            },
            {
              name: "detail",
              title: t.detail,
              cell: ({ failed }) =>
                failed.map(({ detail = "" }) => <div class="small" lang="">{detail}</div>),
              by: ({ failed }) => failed[0]?.detail ?? "",
            },
          ]}
        />
      )}
      <Pager
        view={view}
        label={t.failing}
        older={more ? set.key(listed.at(-1)!.partition) ?? undefined : undefined}
      />
    </Panel>
  );
}
