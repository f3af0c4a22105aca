import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { changesJson, eventJson, keysOf } from "../../core/mod.ts";
import { streamSSE } from "hono/streaming";
import { problems } from "./problem.ts";
import { counting, limit } from "./queries.ts";
import { answer, type ApiEnv, json } from "./route.ts";
import { Events } from "./schemas.ts";

const list = createRoute({
  method: "get",
  path: "/events",
  summary: "What happened, in order",
  request: {
    query: z.strictObject({
      asset: z.string().optional(),
      after: counting.default(0).openapi({ description: "The number of the event behind which to read on." }),
      limit,
    }),
  },
  responses: { 200: json("The events.", Events), ...problems(400, 503) },
});

const live = createRoute({
  method: "get",
  path: "/live",
  summary: "What happens from now on, or from the event that `Last-Event-ID` names",
  request: { headers: z.object({ "last-event-id": counting.optional() }) },
  responses: {
    200: {
      description:
        "A server-sent event for each commit: its id is the number of the last event; its data, as JSON, the changes.",
      content: { "text/event-stream": { schema: z.string() } },
    },
    ...problems(400, 503),
  },
});

/** At most so many events are told at once. */
const PAGE = 1_000;

/** What happened and what happens. */
export function events(api: OpenAPIHono<ApiEnv>): void {
  api.openapi(list, async (context) => {
    const { state } = context.var.lake;
    const { asset, after, limit } = context.req.valid("query");
    const found = asset === undefined
      ? await state.since(after, limit)
      : await state.eventsOf(asset, limit, { after });
    const keys = await keysOf(state);
    return answer(context, Events, found.map((event) => eventJson(event, keys)));
  });
  api.openapi(live, (context) => {
    const { state, orchestrator } = context.var.lake;
    const after = context.req.valid("header")["last-event-id"];
    return streamSSE(context, async (stream) => {
      const gone = new AbortController();
      stream.onAbort(() => gone.abort());
      const news = await state.watch(gone.signal, { closely: true });
      await orchestrator.refresh();
      // Of a state that was put back, a number from before may not be there yet.
      let seq = Math.min(after ?? Infinity, orchestrator.seq);
      const tell = async () => {
        for (;;) {
          const page = await state.since(seq, PAGE);
          seq = page.at(-1)?.seq ?? seq;
          const changes = changesJson(page, await keysOf(state));
          await stream.writeSSE({ id: String(seq), event: "changes", data: JSON.stringify(changes) });
          if (page.length < PAGE) return;
        }
      };
      await tell();
      for await (const _ of news) await tell();
    }) as never;
  });
}
