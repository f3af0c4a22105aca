/** How long the runtime may take at the end to export what it traced, in milliseconds. */
const EXPORTING = 1_000;

/** What ends a process, with a code. */
export type Exit = (code: number) => never;

/**
 * The end of this process. Before it the runtime exports what it traced and waits ten seconds for each kind of it where a
 * collector takes it and does not answer; nothing interrupts that from within the thread that ends. So where it traces,
 * and no other time was set, a thread ends the process a second after its end was asked for.
 */
export function exiting(env: Pick<typeof Deno.env, "get">): Exit {
  const isLimited = env.get("OTEL_DENO") === "true" && env.get("OTEL_EXPORTER_OTLP_TIMEOUT") === undefined;
  if (!isLimited) return Deno.exit;
  const thread = new Worker(new URL("./exit_thread.ts", import.meta.url), { type: "module", name: "exit" });
  // Where it cannot be loaded, the runtime waits for as long as it does.
  thread.addEventListener("error", (event) => event.preventDefault());
  return (code) => {
    thread.postMessage({ code, after: EXPORTING });
    return Deno.exit(code);
  };
}
