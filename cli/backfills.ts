import {
  type BackfillId,
  backfillJson,
  type BackfillProgress,
  type BackfillTurn,
  turnBackfill,
  visible,
  worksOfBackfills,
} from "../core/mod.ts";
import {
  type App,
  type Command,
  type Context,
  type ExitCode,
  type Invocation,
  UsageError,
} from "./context.ts";
import { idleLines, silentLines } from "./daemon_signs.ts";
import { notify, print, printJson } from "./out.ts";
import { waitsText } from "./run_record.ts";
import { table } from "./table.ts";
import { number, roughly } from "./text.ts";

export const backfills: Command = {
  summary: "how far backfills are; pauses one, lets it go on, or cancels it",
  help: `
Usage: backfills [list] [--json]
       backfills pause ID [--json]
       backfills resume ID [--json]
       backfills cancel ID [--json]

The newest first. Done are partitions that are fresh or were made since it began, by whomever; failed are those that
were tried and are not. The remaining time is estimated by the batches so far or, before the first, by the source's pace.

\`pause\` begins no further batch; the one at work goes on to its end. \`cancel\` takes its batches out of the queue
and ends the one at work; what it made stays. \`runs\` lists the batches; \`runs retry\` tries one that failed again.

Examples:
  deno task backfills
  deno task backfills pause 1`,
  flags: {},
  words: 2,
  async run(invocation, context) {
    const { form, id } = formOf(invocation);
    const app = await invocation.app();
    if (form !== "list") return await turn(app, form, id!, invocation, context);
    await using lake = await app.lake("read");
    const found = await lake.orchestrator.backfills();
    const running = found.filter(({ status }) => status === "running").map(({ id }) => id);
    const lacking = found.flatMap(({ id, waitsForCode }) =>
      waitsForCode === undefined ? [] : [visible(`backfill ${id} waits: ${waitsForCode}`)]
    );
    const idle = running.length > 0
      ? await idleLines(app, lake.state, await worksOfBackfills(lake.state, running))
      : await silentLines(app, lake.state);
    list(found, [...lacking, ...idle], invocation, context, app.notices);
    return 0;
  },
};

const FORMS = ["list", "pause", "resume", "cancel"] as const;
type Form = typeof FORMS[number];

/** Reads which answer is wanted, and of which backfill. @throws {UsageError} */
function formOf({ words: [word = "list", id] }: Invocation): { form: Form; id?: BackfillId } {
  const form = FORMS.find((known) => known === word);
  if (form === undefined) {
    throw new UsageError(`reading backfills: found "${word}", wanted list, pause, resume or cancel`);
  }
  if (form === "list") {
    if (id === undefined) return { form };
    throw new UsageError(`reading backfills: found "list ${id}", wanted list alone`);
  }
  if (/^[1-9]\d{0,14}$/.test(id ?? "")) return { form, id: Number(id) };
  const found = id === undefined ? "no backfill" : `"${id}"`;
  throw new UsageError(
    `reading backfills: found ${found}, wanted a backfill's number, as \`backfills\` lists them`,
  );
}

function list(
  found: readonly BackfillProgress[],
  lines: readonly string[],
  { json }: Invocation,
  { stdout, log }: Context,
  notices: readonly string[],
): void {
  if (json) {
    notify(log, [...notices, ...lines]);
    return printJson(stdout, found.map(backfillJson));
  }
  notify(stdout, notices);
  if (found.length === 0) {
    for (const line of ["no backfills yet", ...lines]) print(stdout, line);
    return;
  }
  const columns = [
    "backfill",
    "status",
    "selection",
    "from",
    "to",
    "done",
    "total",
    { head: "failed", sparse: true },
    { head: "remaining", sparse: true },
  ];
  const rows = found.map((each) => [
    String(each.id),
    each.status,
    each.selection.join(" "),
    each.from,
    each.to,
    number(each.done),
    number(each.total),
    number(each.failed),
    each.remainingSeconds ? roughly(each.remainingSeconds * 1_000) : "",
  ]);
  const waiting = found.flatMap(({ id, waits }) =>
    waits === undefined ? [] : [visible(`backfill ${id} ${waitsText(waits)}`)]
  );
  for (const line of [...table(columns, rows), ...waiting, ...lines]) print(stdout, line);
}

const TOLD = {
  pause: "is paused: no further batch begins",
  resume: "goes on",
  cancel: "is cancelled: what it made stays",
};

/** Pauses a backfill, lets it go on, or cancels it. @throws {UsageError} If there is no such backfill. */
async function turn(
  app: App,
  form: BackfillTurn,
  id: BackfillId,
  { json }: Invocation,
  { stdout, log }: Context,
): Promise<ExitCode> {
  const looking = await app.state("read");
  const known = await looking.backfills.get(id).finally(() => looking.close());
  if (known === undefined) {
    throw new UsageError(
      `reading backfills: found no backfill ${id}, wanted a number, as \`backfills\` lists them`,
    );
  }
  const state = await app.state("write");
  try {
    const turned = (await turnBackfill(state, id, form, app.now()))!;
    if ("ended" in turned) {
      const { ended: status } = turned;
      log.error(`turning backfill ${id} to "${form}": found it ${status}, wanted one that has not ended`);
      if (json) printJson(stdout, { id, status, warnings: app.notices });
      return 1;
    }
    const idle = form === "resume" ? await idleLines(app, state, await worksOfBackfills(state, [id])) : [];
    if (json) printJson(stdout, { id, status: turned.status, warnings: [...app.notices, ...idle] });
    else {
      notify(stdout, app.notices);
      for (const line of [`backfill ${id} ${TOLD[form]}`, ...idle]) print(stdout, line);
    }
    return 0;
  } finally {
    await state.close();
  }
}
