import { assertEquals } from "@std/assert";
import type { Terminal } from "../../cli/context.ts";
import { logNews } from "../../cli/daemon_log.ts";
import { openLog } from "../../cli/log.ts";
import type { DaemonNews } from "../../core/mod.ts";

/** The entries that tell news, without their moments. */
function told(...news: readonly DaemonNews[]): unknown[] {
  const written: string[] = [];
  const decoder = new TextDecoder();
  const terminal: Terminal = {
    write: (bytes) => void written.push(decoder.decode(bytes)),
    send: () => Promise.resolve(true),
    columns: () => undefined,
    colours: false,
  };
  const log = openLog(["--log", "json"], terminal);
  for (const one of news) logNews(log, one);
  return written.join("").trimEnd().split("\n").map((line) => {
    const { at: _, ...entry } = JSON.parse(line);
    return entry;
  });
}

Deno.test("a daemon of other code says as data which asset it leaves, and when its code is the present one again", () => {
  const asset = "t/days";
  assertEquals(
    told({ type: "behind", asset, message: "code 2 is registered" }, { type: "present", asset }),
    [
      {
        level: "warn",
        message: "other code of an asset is registered",
        asset,
        error: "code 2 is registered",
      },
      { level: "info", message: "this daemon's code is the registered one again", asset },
    ],
  );
});

Deno.test("a failure says as data when it is tried again, if it is", () => {
  const failing = { type: "failing", name: "t/sensor", message: "no answer" } as const;
  const entry = { level: "warn", message: "tick failed", tick: "t/sensor", error: "no answer" };
  assertEquals(
    told({ ...failing, after: 5_000 }, { ...failing, after: Infinity }),
    [{ ...entry, seconds: 5 }, entry],
  );
});
