import type { Drawing } from "./fold.ts";
import { layOut, type Placed } from "./layout.ts";

/** Layouts that were made, by what they are of: a graph's is the same as long as its code is. */
const made = new Map<string, Promise<Placed>>();
const MOST_MADE = 50;

/** The layout of more nodes takes so long that a thread makes it: no other page waits for it. */
const SMALL = 40;

/** Where the nodes and edges of a drawing lie. */
export function place(drawing: Drawing): Promise<Placed> {
  const name = JSON.stringify(drawing);
  const placed = made.get(name) ??
    (drawing.nodes.length <= SMALL ? Promise.resolve(layOut(drawing)) : inThread(drawing));
  made.delete(name);
  made.set(name, placed);
  for (const [first] of made) if (made.size > MOST_MADE) made.delete(first);
  return placed;
}

/** Lays out in a thread of its own; here, where there can be none. */
async function inThread(drawing: Drawing): Promise<Placed> {
  const { promise, resolve, reject } = Promise.withResolvers<Placed>();
  const thread = new Worker(new URL("./layout_thread.ts", import.meta.url), {
    type: "module",
    name: "layout",
  });
  thread.addEventListener("message", ({ data }: MessageEvent<Placed | "listening">) => {
    if (data === "listening") thread.postMessage(drawing);
    else resolve(data);
  });
  thread.addEventListener("error", (event) => {
    event.preventDefault();
    reject(event.error);
  });
  try {
    return await promise;
  } catch {
    return layOut(drawing);
  } finally {
    thread.terminate();
  }
}
