import type { Drawing } from "./fold.ts";
import { layOut, type Placed } from "./layout.ts";

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<Drawing>;
  tell(layOut(data));
});
// What is sent before somebody listens is heard by nobody.
tell("listening");

function tell(what: "listening" | Placed): void {
  (globalThis as unknown as { postMessage(what: unknown): void }).postMessage(what);
}
