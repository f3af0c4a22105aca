import {
  type Graph,
  type Lack,
  type PlannedBackfill,
  plannedBackfillJson,
  visible,
  worksOfBackfills,
} from "../core/mod.ts";
import { type Command, type Context, type Invocation, type Lake, UsageError } from "./context.ts";
import { idleLines } from "./daemon_signs.ts";
import { openToMake } from "./open.ts";
import { notify, print, printJson } from "./out.ts";
import { openEnd, requestOf } from "./request.ts";
import { chosen } from "./selection.ts";
import { lasting, number, plural } from "./text.ts";

const KINDS: readonly Lack[] = ["missing", "failed", "stale"];

export const backfill: Command = {
  summary: "makes partitions of the past bit by bit, the newest first, beside what is more urgent",
  help: `
Usage: backfill SELECTION… --from A [--to B] [--only KINDS] [--oldest-first] [--dry-run] [--yes] [--json]

SELECTION      assets: vietnam/dev_mart, group:vietnam, kind:raw, +x (with all it reads), x+ (with all that
               reads it), *, and, or, not; an expression of several words goes in quotes
--from A       first date or time, inclusive, such as 2018-01-01 or 2018-01-01T07
--to B         last date or time, inclusive; default: now
--only KINDS   only what is missing, failed or stale, or several with commas; default: whatever is not fresh
--oldest-first begins with the oldest
--dry-run      only says what it would do
--yes          asks nobody; on a terminal it asks first

What it would do is said first: partitions, requests to the source, and how long these take at least, at
OPENAQ_RATE_PER_MINUTE and OPENAQ_RATE_PER_HOUR. Then it is stored and goes on by itself, in batches that wait for
whatever else is due: \`daemon\` does them, and \`backfills\` tells how far it is.

Examples:
  deno task backfill +vietnam/prod_mart --from 2018-01-01 --to 2018-12-31
  deno task backfill vietnam/dev_mart --from 2018-01 --to 2018-03 --only failed,missing --yes`,
  flags: { values: ["from", "to", "only"], switches: ["oldest-first", "dry-run", "yes"] },
  words: Infinity,
  async run(invocation, context) {
    const { words, value, has, json } = invocation;
    if (words.length === 0) {
      throw new UsageError('backfilling: found no selection, wanted the assets to make, or "*" for all');
    }
    const from = value("from");
    if (from === undefined) {
      throw new UsageError("backfilling: found no --from, wanted the first date or time to make");
    }
    const only = onlyOf(invocation);
    const app = await invocation.app();
    const to = value("to") ?? new Date(app.now()).toISOString().slice(0, "2018-01-01T07:05".length) + "Z";
    const selection = (lake: Lake) => ({
      ...requestOf({ ...invocation, list: () => [] }, app, lake),
      words,
      from,
      to,
      ...(only && { only }),
      oldestFirst: has("oldest-first"),
      leastSeconds: (requests: number) => lake.leastSeconds(requests),
    });
    const judge = (lake: Lake) => {
      const typed = requestOf({ ...invocation, list: () => [] }, app, lake);
      if (typed.to === undefined && lake.orchestrator.covers(typed) === 0) {
        throw new UsageError(
          `backfilling: found no partition that exists from "${from}" until now, wanted an earlier --from`,
        );
      }
      return lake.orchestrator.covers(selection(lake));
    };
    const selects = (graph: Graph) => chosen(words, graph);
    if (context.prompt === undefined && !has("yes") && !has("dry-run")) {
      await using lake = await app.lake("read");
      judge(lake);
      throw new UsageError("backfilling: found nobody to ask, wanted --yes, or --dry-run to look first");
    }
    await using lake = await openToMake(app, judge, undefined, selects);
    await lake.orchestrator.look(selection(lake), context.signal);
    const planned = await lake.orchestrator.planBackfill(selection(lake), context.signal);
    const notices = [...app.notices, ...openEnd(invocation, app)];
    if (planned.untold !== undefined) notices.push(`the requests cannot be told: ${planned.untold}`);
    notices.push(...blockedLines(planned));
    notify(json ? context.log : context.stdout, notices);
    if (!json) { for (const line of linesOf(planned)) print(context.stdout, line); }
    if (planned.partitions === 0 || has("dry-run")) {
      if (json) printJson(context.stdout, plannedBackfillJson(null, planned));
      return 0;
    }
    if (!has("yes") && !await mayBegin(context, planned)) return 130;
    const id = await planned.begin();
    const waits = (await lake.orchestrator.backfill(id))?.progress.waitsForCode;
    const idle = waits === undefined
      ? await idleLines(app, lake.state, await worksOfBackfills(lake.state, [id]))
      : [visible(`backfill ${id} waits: ${waits}`)];
    if (json) {
      notify(context.log, idle);
      printJson(context.stdout, plannedBackfillJson(id, planned));
    } else {
      print(context.stdout, `backfill ${id} is stored: "deno task backfills" tells how far it is`);
      for (const line of idle) print(context.stdout, line);
    }
    return 0;
  },
};

/** @throws {UsageError} If it names no kind of partitions. */
function onlyOf({ value }: Invocation): readonly Lack[] | undefined {
  const text = value("only");
  if (text === undefined) return undefined;
  const kinds = text.split(",").map((word) => word.trim());
  const odd = kinds.find((kind) => !KINDS.some((known) => known === kind));
  if (odd === undefined) return [...new Set(kinds)] as Lack[];
  throw new UsageError(`reading --only: found "${odd}", wanted ${KINDS.join(", ")}, or several with commas`);
}

function linesOf({ partitions, assets, batches, requests, leastSeconds }: PlannedBackfill): string[] {
  if (partitions === 0) return ["nothing to do: everything selected is fresh"];
  const source = requests === null || requests === 0 ? [] : [`about ${plural(requests, "request")}`];
  const time = leastSeconds === null || leastSeconds === 0
    ? ""
    : `: at least ${lasting(leastSeconds * 1_000)} at the source's pace`;
  const made = `${plural(partitions, "partition")} in ${
    batches === 1 ? "1 batch" : `${number(batches)} batches`
  }`;
  return [
    ...assets.map(({ key, partitions }) => `${key}: ${plural(partitions, "partition")}`),
    [made, ...source].join(", ") + time,
  ];
}

async function mayBegin({ prompt, log }: Context, { partitions }: PlannedBackfill): Promise<boolean> {
  const answer = await prompt!(`backfill ${plural(partitions, "partition")}? [y/N] `);
  if (/^y(es)?$/i.test((answer ?? "").trim())) return true;
  log.info("backfilling: nothing was begun");
  return false;
}

/** Lines on partitions that would be blocked, and on what to select so that they are not. */
function blockedLines({ blocked }: PlannedBackfill): string[] {
  return blocked.map(({ asset, partitions, message }) =>
    `${asset}: ${plural(partitions, "partition")} would be blocked: ${visible(message)}`
  );
}
