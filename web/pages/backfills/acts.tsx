import { BACKFILL_TURNS, type BackfillTurn, RequestError, turnBackfill } from "../../../core/mod.ts";
import type { Context } from "hono";
import { type Pages, sentIn, show } from "../../page.tsx";
import { Confirm } from "../../parts/confirm.tsx";
import { Title } from "../../parts/small.tsx";
import type { PageEnv } from "../../view/view.ts";
import { audit, cameOf } from "../../safety/audit.ts";
import { takes } from "../../view/given.ts";
import { turnsOf } from "./parts.tsx";
import { text } from "./words.ts";

const PATH = "/acts/backfills";

/** The page that pauses, resumes and cancels a backfill: what that does, before it does. */
export function turnAct(pages: Pages): void {
  pages.get(PATH, takes("id", "turn"), async (context) => {
    const { view } = context.var;
    const t = view.in(text);
    const { id, turn } = askedIn(view.url.searchParams);
    const { progress: { status, done, total }, batches } = await detailIn(context, id);
    const title = t.turnTitle(t.turns[turn], id);
    const may = turnsOf(status).includes(turn);
    const left = batches.filter(({ run }) => run === null || run.ended === null).length;
    return await show(context, { title, live: false }, [
      <Title title={title} />,
      may
        ? [
          <p class="notice">{t.turnLeads[turn]}</p>,
          <p>{t.still(view.format.number(total - done), left)}</p>,
        ]
        : <p class="notice">{t.ended(t.statuses[status])}</p>,
      <Confirm
        view={view}
        path={PATH}
        fields={{ id: String(id), turn }}
        label={may ? t.turns[turn] : undefined}
        back={`/backfills/${id}`}
        weight={turn === "cancel" ? "grave" : "main"}
      />,
    ]);
  });
  pages.post(PATH, async (context) => {
    const { state, orchestrator } = context.var.lake;
    const { id, turn } = askedIn(await sentIn(context));
    const turned = await turnBackfill(state, id, turn, orchestrator.now);
    if (turned === undefined) throw none(id);
    await audit(context, `${turn} backfill`, { backfill: id }, cameOf(turned));
    return context.redirect(`/backfills/${id}`, 303);
  });
}

/** @throws {RequestError} If it cannot be meant. */
function askedIn(given: URLSearchParams): { readonly id: number; readonly turn: BackfillTurn } {
  const turn = given.get("turn") ?? "";
  if (!Object.hasOwn(BACKFILL_TURNS, turn)) {
    throw new RequestError(`turning a backfill: found "${turn}", wanted pause, resume or cancel`);
  }
  const id = given.get("id") ?? "";
  if (!/^[1-9]\d{0,14}$/.test(id)) throw none(id);
  return { id: Number(id), turn: turn as BackfillTurn };
}

async function detailIn({ var: { lake } }: Context<PageEnv>, id: number) {
  const found = await lake.orchestrator.backfill(id);
  if (found === undefined) throw none(id);
  return found;
}

function none(id: number | string): RequestError {
  return new RequestError(`looking for backfill "${id}": found none, wanted one that is listed`);
}
