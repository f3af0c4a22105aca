import type { EpisodeRecord, Graph, OpenLake } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { Pager } from "../../parts/pager.tsx";
import { Age, AssetLink, Empty, Panel, Time, Title } from "../../parts/small.tsx";
import { Marked } from "../../parts/state.tsx";
import { Weeks } from "../../parts/weeks.tsx";
import { boundsOf, latestWeeks } from "../../view/days.ts";
import type { View } from "../../view/view.ts";
import { givenIn, takes } from "../../view/given.ts";
import { Deliveries } from "./deliveries.tsx";
import { text } from "./words.ts";

/** So many alerts are on a page, and so many open ones are shown. */
const PAGE = 50, OPEN = 200;
const WEEKS = 5;

/** What people are told of: what is wrong now, how often that was so, and who was told. */
export function alerts(pages: Pages): void {
  pages.get("/alerts", takes("rule", "before"), async (context) => {
    const { view, lake } = context.var;
    const { state, graph } = lake;
    const t = view.in(text);
    const rule = await ruleIn(view, lake);
    const before = view.url.searchParams.get("before") || undefined;
    const ofRule = rule === undefined ? {} : { rule };
    const found = await state.alerts.episodes(PAGE + 1, {
      ...ofRule,
      ...(before !== undefined && { before }),
    });
    const listed = found.slice(0, PAGE);
    const open = await state.alerts.episodes(OPEN, { ...ofRule, open: true });
    const newest = rule === undefined ? listed : await state.alerts.episodes(PAGE);
    if (newest.length === 0 && before === undefined) {
      return await show(context, { title: t.title }, [
        <Title title={t.title} lead={t.lead} />,
        <Empty title={t.empty}>
          <p>{t.emptyHint}</p>
        </Empty>,
      ]);
    }
    const days = latestWeeks(view, WEEKS);
    const counts = await state.alerts.countsBetween(boundsOf(days), rule);
    const owed = Object.entries(await state.alerts.owed());
    const rules = new Set([...newest, ...open].map((each) => each.rule).concat(rule ?? []));
    return await show(context, { title: t.title }, [
      <Title title={t.title} lead={t.lead} />,
      <Filter view={view} rule={rule} rules={[...rules].sort()} />,
      <Panel title={t.open} live="open">
        {open.length === 0
          ? <p class="quiet">{rule === undefined ? t.noneOpen : t.noneOpenOf(rule)}</p>
          : <Open view={view} graph={graph} episodes={open} />}
        {open.length > 0 && open.every(({ deliveries }) => deliveries.length === 0)
          ? <p class="small quiet">{t.noChannel}</p>
          : null}
      </Panel>,
      owed.length === 0 ? <div data-live="owed" hidden /> : (
        <Panel title={t.channels} live="owed">
          <ul class="states">
            {owed.map(([channel, count]) => <li>{t.owed(channel, view.format.number(count))}</li>)}
          </ul>
        </Panel>
      ),
      <Panel title={t.trend} live="trend">
        <Weeks
          view={view}
          label={t.trendHint}
          days={days}
          of={(_, place) => [
            { state: "failed", count: counts[place]!.error, name: t.errors },
            { state: "late", count: counts[place]!.warning, name: t.warnings },
          ]}
          href={() => undefined}
        />
      </Panel>,
      <Panel title={t.history} live="history">
        <History view={view} graph={graph} episodes={listed} />
        <Pager view={view} label={t.history} older={found.length > PAGE ? listed.at(-1)!.key : undefined} />
      </Panel>,
    ]);
  });
}

/** The rule that is meant: a declared one, or one by which something was found before. @throws {RequestError} */
async function ruleIn(
  { url: { searchParams: given } }: View,
  { state, ruleNames }: Pick<OpenLake, "state" | "ruleNames">,
): Promise<string | undefined> {
  const rule = given.get("rule")?.trim() ?? "";
  const declared = rule === "" ? [] : await ruleNames?.() ?? [];
  const isFound = rule === "" || declared.includes(rule) ||
    (await state.alerts.episodes(1, { rule })).length > 0;
  const wanted = declared.length === 0 ? "a rule of this lake" : `one of ${declared.join(", ")}`;
  return givenIn(given, "rule", { isMeant: () => isFound, wanted });
}

function Filter(
  { view, rule, rules }: { view: View; rule: string | undefined; rules: readonly string[] },
) {
  const t = view.in(text);
  return (
    <form method="get" action="/alerts" data-at-once>
      <fieldset>
        <label>
          {t.rule}
          <select name="rule">
            <option value="">{t.anyRule}</option>
            {rules.map((each) => <option value={each} selected={each === rule}>{each}</option>)}
          </select>
        </label>
        <button type="submit">{t.filter}</button>
        {rule === undefined ? null : <a class="button" href="/alerts">{t.unfiltered}</a>}
      </fieldset>
    </form>
  );
}

/** The alerts that go on, each in full. */
function Open(
  { view, graph, episodes }: { view: View; graph: Graph; episodes: readonly EpisodeRecord[] },
) {
  const t = view.in(text);
  return (
    <ul class="rows">
      {episodes.map((episode) => (
        <li>
          <span>
            <Severity view={view} episode={episode} /> <strong>{episode.rule}</strong>{" "}
            <Subject graph={graph} episode={episode} />
          </span>
          <span class="small quiet">
            {`${t.since} `}
            <Time view={view} at={episode.opened} /> (<Age view={view} at={episode.opened} />)
          </span>
          <span class="whole" lang="en">{episode.message}</span>
          {episode.deliveries.length === 0 ? null : (
            <div class="whole">
              <Deliveries view={view} deliveries={episode.deliveries} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Severity({ view, episode: { severity } }: { view: View; episode: EpisodeRecord }) {
  const state = severity === "error" ? "failed" : "late";
  return (
    <Marked state={state}>
      {view.in(text).severities[severity]}
    </Marked>
  );
}

/** What an alert is about, which leads to its page where it is an asset. */
function Subject({ graph, episode: { subject } }: { graph: Graph; episode: EpisodeRecord }) {
  return graph.byKey.has(subject) ? <AssetLink of={subject} /> : <span class="key">{subject}</span>;
}

function History(
  { view, graph, episodes }: { view: View; graph: Graph; episodes: readonly EpisodeRecord[] },
) {
  const t = view.in(text);
  const lasted = ({ opened, closed }: EpisodeRecord) => (closed ?? view.now) - opened;
  return (
    <DataTable
      view={view}
      rows={episodes}
      columns={[
        {
          name: "opened",
          title: t.opened,
          cell: ({ opened }) => <Time view={view} at={opened} />,
          by: ({ opened }) => opened,
        },
        {
          name: "severity",
          title: t.severity,
          cell: (episode) => <Severity view={view} episode={episode} />,
          by: ({ severity }) => severity,
        },
        { name: "rule", title: t.rule, by: ({ rule }) => rule },
        {
          name: "subject",
          title: t.subject,
          cell: (episode) => (
            <>
              <Subject graph={graph} episode={episode} />
              <p class="small detail" lang="en">{episode.message}</p>
            </>
          ),
          by: ({ subject }) => subject,
        },
        {
          name: "lasted",
          title: t.lasted,
          cell: (episode) => (
            <>
              <span class="nowrap">{view.format.duration(Math.max(0, lasted(episode)))}</span>
              {episode.closed === null ? <p class="small quiet">{t.goesOn}</p> : null}
            </>
          ),
          by: lasted,
        },
        {
          name: "told",
          title: t.deliveries,
          cell: ({ deliveries }) => (
            <div class="told">
              <Deliveries view={view} deliveries={deliveries} />
            </div>
          ),
          by: ({ deliveries }) => deliveries.map(({ outcome }) => outcome).join(" "),
        },
      ]}
    />
  );
}
