import {
  type ActCommand,
  type ActRequest,
  type Graph,
  plannedStepJson,
  type Preview,
  rangeText,
  RequestError,
  SECOND,
} from "../../../core/mod.ts";
import type { Context } from "hono";
import { actOf, UnsaidError } from "../../api/bodies.ts";
import { audit } from "../../safety/audit.ts";
import { type Pages, sentIn, show } from "../../page.tsx";
import { Cause } from "../../parts/causes.tsx";
import { Confirm } from "../../parts/confirm.tsx";
import { Covered } from "../../parts/covered.tsx";
import { assetColumn } from "../../parts/asset_column.tsx";
import { DataTable } from "../../parts/data_table.tsx";
import { AssetLink, Said, Title } from "../../parts/small.tsx";
import { State } from "../../parts/state.tsx";
import type { PageEnv, View } from "../../view/view.ts";
import { flagIn, takes } from "../../view/given.ts";
import { Choice, Fields } from "./form.tsx";
import { text } from "./words.ts";

const COMMANDS = ["materialize", "check", "wipe", "rollback"] as const satisfies readonly ActCommand[];

/** So many steps of a preview are shown. */
const STEPS = 30;

/** The pages of acts: each says exactly what will happen, and asks for it where that is confirmed. */
export function acts(pages: Pages): void {
  for (const command of COMMANDS) {
    const path = `/acts/${command}`;
    pages.get(path, takes("selection", "partitions", "from", "to", "all", "force"), async (context) => {
      const { view, lake } = context.var;
      const t = view.in(text);
      const preview = await previewed();
      const isEmpty = "fault" in preview || preview.partitions === 0 || preview.nothing !== undefined;
      const weight = command === "wipe" || command === "rollback"
        ? "grave"
        : isEmpty || isFutile(preview)
        ? "second"
        : "main";
      return await show(context, {
        title: t.titles[command],
        live: false,
        status: "fault" in preview ? preview.status : 200,
      }, [
        <Title title={t.titles[command]} lead={t.leads[command]} />,
        <Choosing view={view} command={command} path={path} />,
        "fault" in preview
          ? <p class="notice bad" lang="en">{preview.fault}</p>
          : <Outlook view={view} preview={preview} />,
        isEmpty ? null : (
          <Confirm
            view={view}
            path={path}
            fields={Object.fromEntries(view.url.searchParams)}
            back="/"
            label={t.submit(t.titles[command], t.sum(view.format.number(preview.partitions)))}
            weight={weight}
          />
        ),
      ]);

      /** What would happen, or why that cannot be meant. */
      async function previewed() {
        try {
          const { signal } = context.req.raw;
          return await lake.orchestrator.preview(actIn(context, command, view.url.searchParams), {
            leastSeconds: lake.leastSeconds?.bind(lake),
            signal,
          });
        } catch (error) {
          if (error instanceof RequestError) return { fault: error.message, status: statusOf(error) };
          throw error;
        }
      }
    });
    pages.post(path, async (context) => {
      const { lake } = context.var;
      const given = await sentIn(context);
      const { run } = await lake.orchestrator.request(actIn(context, command, given));
      await audit(context, command, { run, ...toldOf(given) });
      return context.redirect(`/runs/${run}`, 303);
    });
  }
}

/** A form that is still to be filled in is no fault of a request; what cannot be meant is. */
export function statusOf(error: RequestError): 200 | 400 {
  return error instanceof UnsaidError ? 200 : 400;
}

/** The fields of an act, as the journal of acts has them. */
function toldOf(given: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...given].filter(([name, value]) => name !== "csrf" && value !== ""));
}

/** The act that fields mean. @throws {RequestError} If they cannot be meant. */
function actIn(
  { var: { lake, lookbackDays } }: Context<PageEnv>,
  command: ActCommand,
  given: URLSearchParams,
): ActRequest {
  const bound = (name: string) => given.get(name)?.trim() || undefined;
  const partitions = keysIn((given.get("partitions") ?? "").trim(), lake.graph);
  const selection = bound("selection");
  if (selection === undefined) {
    throw new UnsaidError("choosing assets: found no selection, wanted one, such as *");
  }
  const asked = {
    selection,
    command,
    partitions,
    from: bound("from"),
    to: bound("to"),
    all: flagIn(given, "all"),
    force: flagIn(given, "force"),
  };
  return actOf(asked, lake.graph, lookbackDays);
}

/** Keys of partitions, separated by spaces; a key that has spaces itself stands alone. */
function keysIn(text: string, { assets }: Graph): string[] {
  if (assets.some(({ partitions }) => partitions.ordinal(text) !== undefined)) return [text];
  return text.split(/\s+/).filter((key) => key !== "");
}

function Choosing({ view, command, path }: { view: View; command: ActCommand; path: string }) {
  const t = view.in(text);
  const { searchParams: given } = view.url;
  return (
    <Fields view={view} path={path}>
      <label>
        {t.partitions}
        <input name="partitions" value={given.get("partitions") ?? ""} title={t.partitionsHint} size={20} />
      </label>
      {command === "materialize"
        ? <Choice name="force" label={t.force} isChosen={given.get("force") === "true"} />
        : null}
      {command === "rollback"
        ? null
        : <Choice name="all" label={t.all} isChosen={given.get("all") === "true"} />}
    </Fields>
  );
}

/** What an act would do. */
function Outlook({ view, preview }: { view: View; preview: Preview }) {
  const t = view.in(text);
  const { command, partitions, mayFollow, versions, nothing, blocked, warnings } = preview;
  return (
    <section class="stack">
      <h2>{t.what}</h2>
      {nothing === undefined ? null : (
        <p class="notice">
          {t.nothing}: <Said>{nothing}</Said>
        </p>
      )}
      {partitions === 0 ? null : (
        <p>
          <strong>{t.sum(view.format.number(partitions))}</strong>
          {mayFollow === 0 ? null : <span>, {t.follow(view.format.number(mayFollow))}</span>}
          {command === "materialize" ? <Requests view={view} preview={preview} /> : null}
        </p>
      )}
      {versions === undefined
        ? null
        : <p>{t.versions(versions.from.slice(0, 12), versions.to.slice(0, 12))}</p>}
      {command === "materialize"
        ? <Steps view={view} preview={preview} />
        : <Covered view={view} assets={preview.assets} />}
      {blocked.map(({ asset, partitions, message }) => (
        <p class="notice">
          <AssetLink of={asset} />: {t.blocked(view.format.number(partitions))}: <Said>{message}</Said>
        </p>
      ))}
      {blocked.length === 0 ? null : <Upstream view={view} isMain={isFutile(preview)} />}
      {warnings.map((warning) => <p class="notice" lang="en">{warning}</p>)}
    </section>
  );
}

/** Whether all that an act is to make would be blocked. */
function isFutile({ partitions, blocked }: Preview): boolean {
  return blocked.reduce((sum, each) => sum + each.partitions, 0) >= partitions;
}

/** Looks at the same with all that it reads. */
function Upstream({ view, isMain }: { view: View; isMain: boolean }) {
  const { searchParams: given, pathname } = view.url;
  const selection = given.get("selection") ?? "";
  if (!/^[^\s+]+$/.test(selection)) return null;
  const kept = [...given].filter(([name, value]) => !["selection", "force"].includes(name) && value !== "");
  return (
    <form method="get" action={pathname}>
      <input type="hidden" name="selection" value={`+${selection}`} />
      {kept.map(([name, value]) => <input type="hidden" name={name} value={value} />)}
      <button type="submit" class={isMain ? "main" : ""}>{view.in(text).withUpstream}</button>
    </form>
  );
}

function Requests({ view, preview: { requests, leastSeconds } }: { view: View; preview: Preview }) {
  const t = view.in(text);
  const count = requests === null
    ? t.unknownRequests
    : requests === 0
    ? t.noRequests
    : t.requests(view.format.number(requests));
  return (
    <span>
      {`; ${count}`}
      {leastSeconds === null || leastSeconds === 0
        ? ""
        : `, ${t.least(view.format.duration(leastSeconds * SECOND))}`}
    </span>
  );
}

/** A materialization's steps with their causes. */
function Steps({ view, preview: { steps } }: { view: View; preview: Preview }) {
  const t = view.in(text);
  if (steps.length === 0) return null;
  return (
    <>
      <DataTable
        view={view}
        prefix="step-"
        label={t.what}
        rows={steps.slice(0, STEPS).map(plannedStepJson)}
        columns={[
          assetColumn("asset", t.asset),
          {
            name: "range",
            title: t.range,
            cell: ({ from, to }) => <span class="key">{rangeText(from, to)}</span>,
            by: ({ from }) => from,
          },
          { name: "count", title: t.count, number: true, by: ({ count }) => count },
          {
            name: "state",
            title: t.causes,
            cell: ({ state, causes }) => (
              <div class="small">
                <State view={view} state={state} />
                <ul>
                  {causes.slice(0, 4).map((cause) => (
                    <li>
                      <Cause view={view} cause={cause} />
                    </li>
                  ))}
                </ul>
              </div>
            ),
            by: ({ state }) => state,
          },
        ]}
      />
      {steps.length > STEPS ? <p class="quiet">{t.more(view.format.number(steps.length - STEPS))}</p> : null}
    </>
  );
}
