import { type AutomationStatus, type OpenLake, RequestError, setPaused } from "../../../core/mod.ts";
import { type Pages, sentIn, show } from "../../page.tsx";
import { Confirm } from "../../parts/confirm.tsx";
import { Title } from "../../parts/small.tsx";
import { askerHref } from "../../parts/who.tsx";
import { audit } from "../../safety/audit.ts";
import { flagIn, takes } from "../../view/given.ts";
import { statusesIn } from "./statuses.ts";
import { text } from "./words.ts";

const PATH = "/acts/pause";

/** The page that pauses or resumes what asks for runs by itself: what that does, before it does. */
export function pauseAct(pages: Pages): void {
  pages.get(PATH, takes("name", "resume"), async (context) => {
    const { view, lake } = context.var;
    const t = view.in(text);
    const given = view.url.searchParams;
    const { name, kind, paused } = await statusOf(lake, given.get("name"));
    const resumes = flagIn(given, "resume");
    const title = resumes ? t.resumeTitle(name) : t.pauseTitle(name);
    const isSo = paused !== resumes;
    return await show(context, { title, live: false }, [
      <Title title={title} />,
      <p class="notice">{isSo ? t.isSo : resumes ? t.resumeLead[kind] : t.pauseLead}</p>,
      <Confirm
        view={view}
        path={PATH}
        fields={{ name, ...(resumes && { resume: "true" }) }}
        label={isSo ? undefined : resumes ? t.resume : t.pause}
        back={askerHref(name)}
      />,
    ]);
  });
  pages.post(PATH, async (context) => {
    const { lake } = context.var;
    const given = await sentIn(context);
    const resumes = flagIn(given, "resume");
    const { name } = await statusOf(lake, given.get("name"));
    const { state, orchestrator } = lake;
    await setPaused(state.keyValue, name, { paused: !resumes, at: orchestrator.now });
    await audit(context, resumes ? "resume" : "pause", { name });
    return context.redirect(askerHref(name), 303);
  });
}

/** @throws {RequestError} If nothing asks by that name. */
async function statusOf(lake: OpenLake, name: string | null): Promise<AutomationStatus> {
  const found = (await statusesIn(lake)).find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new RequestError(`pausing "${name ?? ""}": found no schedule or sensor of that name, wanted one`);
}
