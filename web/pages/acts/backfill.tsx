import { type Lack, type PlannedBackfill, RequestError, SECOND } from "../../../core/mod.ts";
import type { Context } from "hono";
import { UnsaidError } from "../../api/bodies.ts";
import { chosen } from "../../api/queries.ts";
import { audit } from "../../safety/audit.ts";
import { type Pages, sentIn, show } from "../../page.tsx";
import { Confirm } from "../../parts/confirm.tsx";
import { Covered } from "../../parts/covered.tsx";
import { AssetLink, Said, Title } from "../../parts/small.tsx";
import type { PageEnv, View } from "../../view/view.ts";
import { flagIn, takes } from "../../view/given.ts";
import { statusOf } from "./acts.tsx";
import { Choice, Fields } from "./form.tsx";
import { text } from "./words.ts";

const PATH = "/acts/backfill";
const KINDS: readonly Lack[] = ["missing", "failed", "stale"];

/** The page that begins a backfill: what it would do, before it does. */
export function backfillAct(pages: Pages): void {
  pages.get(
    PATH,
    takes("selection", "from", "to", "missing", "failed", "stale", "oldest"),
    async (context) => {
      const { view } = context.var;
      const t = view.in(text);
      const planned = await plan(context, view.url.searchParams).catch((error) => {
        if (error instanceof RequestError) return { fault: error.message, status: statusOf(error) };
        throw error;
      });
      return await show(context, {
        title: t.titles.backfill,
        live: false,
        status: "fault" in planned ? planned.status : 200,
      }, [
        <Title title={t.titles.backfill} lead={t.leads.backfill} />,
        <Fields view={view} path={PATH}>
          {KINDS.map((kind) => (
            <Choice
              name={kind}
              label={`${t.rerun} ${t.only[kind]}`}
              isChosen={view.url.searchParams.get(kind) === "true"}
            />
          ))}
          <Choice name="oldest" label={t.oldest} isChosen={view.url.searchParams.get("oldest") === "true"} />
        </Fields>,
        "fault" in planned
          ? <p class="notice bad" lang="en">{planned.fault}</p>
          : <Outlook view={view} planned={planned} />,
        "fault" in planned || planned.partitions === 0 ? null : (
          <Confirm
            view={view}
            path={PATH}
            fields={Object.fromEntries(view.url.searchParams)}
            back="/"
            label={t.submit(t.titles.backfill, t.sum(view.format.number(planned.partitions)))}
          />
        ),
      ]);
    },
  );
  pages.post(PATH, async (context) => {
    const given = await sentIn(context);
    const id = await (await plan(context, given)).begin();
    await audit(context, "backfill", { backfill: id });
    return context.redirect(`/backfills/${id}`, 303);
  });
}

/** @throws {RequestError} If it cannot be meant. */
async function plan(context: Context<PageEnv>, given: URLSearchParams): Promise<PlannedBackfill> {
  const { lake, lookbackDays, view } = context.var;
  const words = (given.get("selection") ?? "").trim();
  const from = (given.get("from") ?? "").trim();
  if (words === "") throw new UnsaidError("choosing assets: found no selection, wanted one, such as *");
  if (from === "") {
    throw new UnsaidError("backfilling: found no beginning, wanted the first date or time to make");
  }
  const only = KINDS.filter((kind) => flagIn(given, kind));
  return await lake.orchestrator.planBackfill({
    words: [words],
    assets: chosen([words], lake.graph),
    lookbackDays,
    from,
    to: given.get("to")?.trim() || `${new Date(view.now).toISOString().slice(0, "2018-01-01T07:05".length)}Z`,
    ...(only.length > 0 && { only }),
    oldestFirst: flagIn(given, "oldest"),
    leastSeconds: (requests) => lake.leastSeconds?.(requests) ?? 0,
  }, context.req.raw.signal);
}

function Outlook({ view, planned }: { view: View; planned: PlannedBackfill }) {
  const t = view.in(text);
  const { partitions, assets, batches, requests, leastSeconds, blocked, untold } = planned;
  const { format } = view;
  if (partitions === 0) return <p class="notice">{t.nothing}</p>;
  const said = [
    t.batches(format.number(batches)),
    requests === null
      ? t.unknownRequests
      : requests === 0
      ? t.noRequests
      : t.requests(format.number(requests)),
    ...leastSeconds === null || leastSeconds === 0 ? [] : [t.least(format.duration(leastSeconds * SECOND))],
  ];
  return (
    <section class="stack">
      <h2>{t.what}</h2>
      <p>
        <strong>{t.sum(format.number(partitions))}</strong>
        {`, ${said.join(", ")}`}
      </p>
      <Covered view={view} assets={assets} />
      {untold === undefined ? null : <p class="notice" lang="en">{untold}</p>}
      {blocked.map(({ asset, partitions, message }) => (
        <p class="notice">
          <AssetLink of={asset} />: {t.blocked(format.number(partitions))}: <Said>{message}</Said>
        </p>
      ))}
    </section>
  );
}
