import type { Drawing } from "./fold.ts";
import { layOut } from "./layout.ts";

addEventListener("message", (event) => {
  const { data } = event as MessageEvent<Drawing>;
  (globalThis as unknown as { postMessage(of: unknown): void }).postMessage(layOut(data));
});
