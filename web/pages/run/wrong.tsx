import { blockedBy, errorsOf, type RunRecord } from "../../../core/mod.ts";
import { AssetLink, Panel, partitionHref } from "../../parts/small.tsx";
import { Marked } from "../../parts/state.tsx";
import type { View } from "../../view/view.ts";
import { text } from "./words.ts";

/** What went wrong in a run: errors, then what was held back. */
export function Wrong({ view, run }: { view: View; run: RunRecord }) {
  const t = view.in(text);
  const blocked = blockedBy(run);
  const isBlocked = (message: string, asset: string) =>
    blocked.some((each) => each.message === message && each.asset === asset);
  const all = errorsOf(run);
  const errors = (Array.isArray(all) ? all : []).filter((each) => typeof each === "object" && each !== null)
    .map(({ asset, partition, message }) => ({
      asset: typeof asset === "string" ? asset : undefined,
      partition: typeof partition === "string" ? partition : null,
      message: String(message),
    }))
    .filter(({ asset, message }) => asset === undefined || !isBlocked(message, asset));
  if (errors.length + blocked.length === 0) return <div data-live="wrong" hidden />;
  return (
    <div data-live="wrong">
      <Panel title={t.errors}>
        <ul class="rows">
          {errors.map((each) => <Fault view={view} state="failed" {...each} />)}
          {blocked.map((each) => <Fault view={view} state="blocked" {...each} />)}
        </ul>
        <p class="small quiet">{t.moreErrors}</p>
      </Panel>
    </div>
  );
}

function Fault(
  { view, state, asset, partition, message }: {
    view: View;
    state: "failed" | "blocked";
    asset: string | undefined;
    partition: string | null;
    message: string;
  },
) {
  const t = view.in(text);
  return (
    <li>
      <Marked state={state}>
        {state === "failed" ? t.failed : t.blocked}
      </Marked>
      {asset === undefined ? null : (
        <span>
          <AssetLink of={asset} />{" "}
          {partition === null ? null : (
            <a class="key" href={partitionHref(asset, partition.split("/")[0]!)}>
              {partition.replace("/", " … ")}
            </a>
          )}
        </span>
      )}
      <span class="whole" lang="en">{message}</span>
    </li>
  );
}
