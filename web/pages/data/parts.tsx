import type { Context } from "hono";
import type { BrokenEntry, Definition } from "../../../core/mod.ts";
import { show } from "../../page.tsx";
import { shownCounts } from "../../parts/counts.ts";
import { Empty } from "../../parts/small.tsx";
import { StateBar, States } from "../../parts/state.tsx";
import type { PageEnv, View } from "../../view/view.ts";
import type { Standing } from "./standing.ts";
import { text } from "./words.ts";

/** Says that statements are not answered here. */
export function closed(context: Context<PageEnv>) {
  const t = context.var.view.in(text);
  return show(
    context,
    { title: t.closed, live: false, status: 503 },
    <Empty whole title={t.closed}>
      <p>{t.closedHint}</p>
    </Empty>,
  );
}

/** The address of a table's page. */
export function tableHref({ database, name }: Pick<Definition | BrokenEntry, "database" | "name">): string {
  return `/data/${encodeURIComponent(database)}/${encodeURIComponent(name)}`;
}

/** How the partitions that are a table's rows stand. */
export function Stands({ view, standing }: { view: View; standing: Standing | undefined }) {
  if (standing?.counts === undefined) return null;
  const counts = shownCounts(standing.counts);
  return (
    <>
      <StateBar view={view} counts={counts} />
      <States view={view} counts={counts} />
    </>
  );
}
