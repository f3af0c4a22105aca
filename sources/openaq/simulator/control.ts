import { z } from "zod";
import { instantOf } from "../time.ts";
import type { Dataset } from "./dataset.ts";
import { failure, NOT_FOUND, type Reply } from "./reply.ts";

const CHANGE = z.object({ sensor: z.number(), datetime: z.string(), value: z.number().nullable() });
const FAIL = z.object({ sensor: z.number(), status: z.number().int().min(400).max(599).nullable() });
const DONE: Reply = { status: 200, body: "{}" };

/** Does what a simulator alone can be asked to: see `simulatedOpenAQ`. */
export async function control(
  request: Request,
  dataset: Dataset,
  failing: Map<number, number>,
): Promise<Reply> {
  if (request.method !== "POST") return failure(405, "Method Not Allowed");
  const body: unknown = await request.json().catch(() => undefined);
  switch (new URL(request.url).pathname) {
    case "/_simulator/measurements": {
      const { data } = CHANGE.safeParse(body);
      const start = instantOf(data?.datetime ?? "");
      if (data === undefined || Number.isNaN(start)) {
        return failure(422, `wanted {"sensor", "datetime", "value"}`);
      }
      return await dataset.change(data.sensor, start, data.value)
        ? DONE
        : failure(404, "Measurement not found");
    }
    case "/_simulator/fail": {
      const { data } = FAIL.safeParse(body);
      if (data === undefined) return failure(422, `wanted {"sensor", "status"}`);
      if (data.status === null) failing.delete(data.sensor);
      else failing.set(data.sensor, data.status);
      return DONE;
    }
    default:
      return NOT_FOUND;
  }
}
