/**
 * Answers one statement on stdout, as `inspect` does, and ends. It is a process of its own, so that a statement can
 * take no time and no memory from who asked, and ends when it is killed.
 *
 * @module
 */
import { openApp } from "../../app.ts";
import { DamageError } from "../../core/mod.ts";
import { DAMAGED, lineOf, readAsked, REFUSED } from "./statement.ts";

const never = new AbortController().signal;

async function answer(): Promise<void> {
  const { statement, format, head, part, timeout, memory } = await readAsked(Deno.stdin.readable);
  const app = await openApp({ env: Deno.env.toObject(), cwd: Deno.cwd() });
  const query = await app.query();
  const limits = { timeout, memory, rows: 1 };
  const pieces = query.run(statement, {
    format,
    head,
    ...(part && { part }),
    limits,
    signal: never,
    terminal: false,
    warn: () => {},
  });
  for await (const piece of pieces) {
    for (let rest = piece; rest.length > 0;) rest = rest.subarray(await Deno.stdout.write(rest));
  }
}

if (import.meta.main) {
  try {
    await answer();
    Deno.exit(0);
  } catch (error) {
    console.error(lineOf(error));
    Deno.exit(error instanceof DamageError ? DAMAGED : REFUSED);
  }
}
