import { keysOf, stepProgress } from "../../../core/mod.ts";
import { type Pages, show } from "../../page.tsx";
import { OPEN_RUNS, RunState, RunWhat } from "../../parts/run.tsx";
import { Empty, Facts, Panel, Title } from "../../parts/small.tsx";
import { waitsIn } from "../../view/waits.ts";
import { countIn, takes } from "../../view/given.ts";
import { runActs } from "./acts.tsx";
import { Covers, factsOf } from "./facts.tsx";
import { Lines, linesOf, Log, logAsked } from "./log.tsx";
import { AtWork, Steps } from "./steps.tsx";
import { Wrong } from "./wrong.tsx";
import { text } from "./words.ts";

/** So many runs that retry this one are named. */
const CHILDREN = 20;

/** A run: what was asked for, how it goes or went, what went wrong, its steps and its log. */
export function run(pages: Pages): void {
  runActs(pages);
  pages.get("/runs/:id", takes("level", "step", "line"), async (context) => {
    const { view, lake, machineNow } = context.var;
    const { state, orchestrator } = lake;
    const t = view.in(text);
    const id = idIn(context.req.param("id"));
    const found = id === undefined ? undefined : await state.run(id);
    if (found === undefined) {
      return await show(
        context,
        { title: t.none, live: false, status: 404 },
        <Empty whole title={t.none}>
          <p>{t.noneHint}</p>
          <a class="button" href="/runs">{t.all}</a>
        </Empty>,
      );
    }
    const { run, steps } = found;
    const isOpen = OPEN_RUNS.includes(run.status);
    if (isOpen) await orchestrator.refresh();
    const keys = await keysOf(state);
    const children = await state.runs(CHILDREN, { parent: run.id });
    const holdings = (await state.holdings()).filter((holding) => holding.run === run.id);
    const waits = (await waitsIn(view, lake, [run], machineNow)).get(run.id);
    const asked = logAsked(view);
    const lines = await linesOf(state, run.id, asked);
    const canRetry = !isOpen && run.status !== "succeeded" && run.request.command === "materialize";
    return await show(context, { title: t.title(run.id), scripts: isOpen ? ["log.js"] : [] }, [
      <div data-live="title">
        <Title
          title={
            <>
              {t.title(run.id)} <RunState view={view} status={run.status} />
            </>
          }
          lead={<RunWhat view={view} request={run.request} />}
        >
          {isOpen
            ? <a class="button grave" data-dialog href={`/acts/cancel?run=${run.id}`}>{t.cancel}</a>
            : null}
          {canRetry
            ? <a class="button main" data-dialog href={`/acts/retry?run=${run.id}`}>{t.retry}</a>
            : null}
        </Title>
      </div>,
      <Wrong view={view} run={run} />,
      <Panel title={t.asked} live="facts">
        <Facts of={factsOf(view, { run, steps, children, holdings, waits })} />
        <Covers view={view} run={run} />
      </Panel>,
      <AtWork
        view={view}
        steps={steps.filter(({ outcome }) => outcome === "running")}
        keys={keys}
        progress={(step) => stepProgress(orchestrator, step)}
      />,
      <Panel title={t.steps} live="steps">
        <Steps view={view} run={run} steps={steps} keys={keys} />
      </Panel>,
      <Panel title={asked.step === undefined ? t.log : t.ofStep(asked.step)} id="log">
        <Log view={view} run={run.id} asked={asked} lines={lines} isOpen={isOpen} />
      </Panel>,
    ]);
  });
  pages.get("/runs/:id/logs", takes("level", "step", "line", "after"), async (context) => {
    const { view, lake: { state } } = context.var;
    const id = idIn(context.req.param("id"));
    const found = id === undefined ? undefined : await state.run(id);
    if (found === undefined) return context.text("found no such run, wanted one that is listed\n", 404);
    const isOpen = OPEN_RUNS.includes(found.run.status);
    const after = countIn(view.url.searchParams, "after") ?? 0;
    const asked = logAsked(view);
    const lines = await linesOf(state, found.run.id, asked, after);
    context.header("airgraph-open", isOpen ? "1" : "0");
    return context.html(<Lines view={view} asked={asked} lines={lines} isLive={isOpen} />);
  });
}

/** A number from 1 on; undefined where it is none. */
function idIn(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
