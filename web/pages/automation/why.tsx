import {
  type KeptEvaluation,
  type OpenLake,
  type PartitionRange,
  rangeText,
  RequestError,
  type Verdict,
  type Why,
} from "../../../core/mod.ts";
import { RunLink } from "../../parts/run.tsx";
import { Age, AssetLink, Panel, Said } from "../../parts/small.tsx";
import { Marked } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { text } from "./words.ts";

/** So many kept evaluations are shown. */
const KEPT = 5;
/** So many ranges are named. */
const NAMED = 4;

/** The answer to why something did or did not run; a fault where that cannot be answered. */
export type FoundWhy =
  | { readonly verdict: Verdict; readonly kept: readonly KeptEvaluation[] }
  | { readonly fault: string };

/** Judges the asset and partition in the page's address; undefined where there is none. */
export async function whyIn(view: View, { graph, orchestrator }: OpenLake): Promise<FoundWhy | undefined> {
  const asset = view.url.searchParams.get("asset")?.trim() ?? "";
  if (asset === "") return undefined;
  if (!graph.byKey.has(asset)) return { fault: view.in(text).noAsset(asset) };
  const partition = view.url.searchParams.get("partition")?.trim() || null;
  try {
    const verdict = await orchestrator.automation(asset, partition);
    return { verdict, kept: await orchestrator.evaluations(asset, verdict.partition, KEPT) };
  } catch (error) {
    if (error instanceof RequestError) return { fault: error.message };
    throw error;
  }
}

/** The form that asks why, and the answer. */
export function WhyPanel(
  { view, lake: { graph }, found }: { view: View; lake: OpenLake; found: FoundWhy | undefined },
) {
  const t = view.in(text);
  const given = (name: string) => view.url.searchParams.get(name) ?? "";
  return (
    <Panel title={t.why} id="why">
      <p class="small quiet">{t.whyHint}</p>
      <form method="get" action="/automation#why">
        <fieldset>
          <label>
            {t.asset}
            <input name="asset" list="assets" value={given("asset")} required size={28} />
          </label>
          <datalist id="assets">
            {graph.assets.filter(({ automation }) => automation !== null)
              .map(({ key }) => <option value={key} />)}
          </datalist>
          <label>
            {t.partition}
            <input name="partition" value={given("partition")} placeholder={t.all} size={16} />
          </label>
          <button type="submit">{t.ask}</button>
        </fieldset>
      </form>
      {found === undefined
        ? null
        : "fault" in found
        ? <p class="notice bad" lang="en">{found.fault}</p>
        : <Answer view={view} {...found} />}
    </Panel>
  );
}

function Answer(
  { view, verdict, kept }: { view: View; verdict: Verdict; kept: readonly KeptEvaluation[] },
) {
  const t = view.in(text);
  const { asset, partition, decision, requested, reasons, why } = verdict;
  const runs = decision === "run";
  return (
    <div class="stack" data-live="why">
      <p class={runs ? "notice good" : "notice"}>
        <AssetLink of={asset} /> {partition === null ? "" : <span class="key">{partition}</span>}
        {": "}
        <strong>{runs ? t.wouldRun : t.wouldWait}</strong>
        {": "}
        <Said>{reasons.join(", ")}</Said>
      </p>
      <Requested view={view} ranges={requested} />
      <h3>{t.tree}</h3>
      <WhyTree view={view} why={why} />
      <h3>{t.evaluations}</h3>
      {kept.length === 0 ? <p class="quiet">{t.noEvaluations}</p> : (
        <ul class="rows">
          {kept.map((each) => <Kept view={view} evaluation={each} />)}
        </ul>
      )}
    </div>
  );
}

function Kept(
  { view, evaluation: { at, run, reasons, requested, why } }: { view: View; evaluation: KeptEvaluation },
) {
  const t = view.in(text);
  return (
    <li>
      <span>
        {t.led}: {run === null ? t.nothing : <RunLink id={run} />}
      </span>
      <span class="small quiet">
        <Age view={view} at={at} />
      </span>
      <div class="whole">
        <Requested view={view} ranges={requested} />
        <details>
          <summary lang="en">{reasons.join(", ")}</summary>
          <WhyTree view={view} why={why as unknown as Why} />
        </details>
      </div>
    </li>
  );
}

/** The partitions that were asked for, or would be. */
export function Requested({ view, ranges }: { view: View; ranges: readonly PartitionRange[] }) {
  const keyed = ranges.filter(({ from }) => from !== null);
  if (keyed.length === 0) return null;
  const more = keyed.length - NAMED;
  return (
    <p class="small">
      {`${view.in(text).requested}: `}
      <span class="key">
        {keyed.slice(0, NAMED).map(({ from, to }) => rangeText(from, to)).join(", ")}
      </span>
      {more > 0 ? ` … +${view.format.number(more)}` : ""}
    </p>
  );
}

/** An evaluated condition with all that it is made of: whether each part is met, and what was found. */
export function WhyTree({ view, why }: { view: View; why: Why }) {
  return (
    <ul class="tree">
      <Branch view={view} why={why} />
    </ul>
  );
}

function Branch({ view, why: { condition, value, detail: own, children: all } }: { view: View; why: Why }) {
  const t = view.in(text);
  const [first] = all;
  // That something is not so, and that it is so or not, is one line.
  const isSame = first !== undefined && condition === `not ${first.condition}`;
  const detail = own ?? (isSame ? first.detail : undefined);
  const children = isSame ? first.children : all;
  const state = value ? "fresh" : "missing";
  return (
    <li>
      <Marked state={state}>
        <strong>{value ? t.yes : t.no}</strong>
      </Marked>{" "}
      <span lang="en">
        {condition}
        {detail === undefined ? null : <span class="quiet">{`: ${detail}`}</span>}
      </span>
      {children.length === 0 ? null : (
        <ul>
          {children.map((child) => <Branch view={view} why={child} />)}
        </ul>
      )}
    </li>
  );
}
