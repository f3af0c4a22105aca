import { cancelRun, RequestError } from "../../../core/mod.ts";
import type { Context } from "hono";
import { type Pages, show } from "../../page.tsx";
import { Confirm } from "../../parts/confirm.tsx";
import { Covered } from "../../parts/covered.tsx";
import { Title } from "../../parts/small.tsx";
import { runWords } from "../../parts/run.tsx";
import type { PageEnv } from "../../view/view.ts";
import { audit, cameOf } from "../../safety/audit.ts";
import { takes } from "../../view/given.ts";
import { text } from "./words.ts";

const CANCEL = "/acts/cancel", RETRY = "/acts/retry";

/** The pages that cancel a run and retry one: each says what will happen before it does. */
export function runActs(pages: Pages): void {
  pages.get(CANCEL, takes("run"), async (context) => {
    const { view } = context.var;
    const t = view.in(text);
    const { run } = await runOf(context, view.url.searchParams.get("run"));
    const isOpen = run.status === "queued" || run.status === "running";
    return await show(context, { title: t.cancelTitle(run.id), live: false }, [
      <Title title={t.cancelTitle(run.id)} />,
      <p class="notice">
        {run.status === "queued"
          ? t.cancelQueued
          : isOpen
          ? t.cancelRunning
          : t.cancelEnded(view.in(runWords)[run.status])}
      </p>,
      <Confirm
        view={view}
        path={CANCEL}
        fields={{ run: String(run.id) }}
        label={isOpen ? t.doCancel : undefined}
        back={`/runs/${run.id}`}
        weight="grave"
      />,
    ]);
  });
  pages.post(CANCEL, async (context) => {
    const { state, orchestrator } = context.var.lake;
    const { run } = await runOf(context, await sent(context));
    const turned = await cancelRun(state, run.id, orchestrator.now);
    await audit(context, "cancel", { run: run.id }, turned && cameOf(turned));
    return context.redirect(`/runs/${run.id}`, 303);
  });
  pages.get(RETRY, takes("run"), async (context) => {
    const { view, lake: { orchestrator } } = context.var;
    const t = view.in(text);
    const { run } = await runOf(context, view.url.searchParams.get("run"));
    const found = await orchestrator.previewRetry(run.id);
    const sum = "nothing" in found
      ? 0
      : found.assets.reduce((total, { partitions }) => total + partitions, 0);
    return await show(context, { title: t.retryTitle(run.id), live: false }, [
      <Title title={t.retryTitle(run.id)} lead={t.retryLead} />,
      "nothing" in found
        ? <p class="notice">{t.nothing(found.nothing)}</p>
        : <Covered view={view} assets={found.assets} />,
      <Confirm
        view={view}
        path={RETRY}
        fields={{ run: String(run.id) }}
        label={sum === 0 ? undefined : t.doRetry(t.sum(view.format.number(sum)))}
        back={`/runs/${run.id}`}
      />,
    ]);
  });
  pages.post(RETRY, async (context) => {
    const { run } = await runOf(context, await sent(context));
    const retried = await context.var.lake.orchestrator.retry(run.id);
    if ("nothing" in retried) {
      await audit(context, "retry", { run: run.id }, { outcome: "refused", message: retried.nothing });
      return context.redirect(`/runs/${run.id}`, 303);
    }
    await audit(context, "retry", { run: run.id, by: retried.run });
    return context.redirect(`/runs/${retried.run}`, 303);
  });
}

/** The run that a form names. */
async function sent(context: Context<PageEnv>): Promise<string> {
  return String((await context.req.formData()).get("run"));
}

/** @throws {RequestError} If there is no such run. */
async function runOf({ var: { lake } }: Context<PageEnv>, id: string | null) {
  const found = /^[1-9]\d{0,14}$/.test(id ?? "") ? await lake.state.run(Number(id)) : undefined;
  if (found === undefined) {
    throw new RequestError(`looking for run "${id ?? ""}": found no such run, wanted one that is listed`);
  }
  return found;
}
