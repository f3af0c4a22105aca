import type { App, Context, ExitCode, Invocation } from "./context.ts";
import { notify, print, printJson } from "./out.ts";
import { named, number, plural } from "./text.ts";

/** Makes the state anew from the lake, and tells what was taken in. */
export async function rebuild(
  app: App,
  _file: string,
  { json, has }: Invocation,
  { stdout, log, signal }: Context,
): Promise<ExitCode> {
  if (!json) notify(stdout, app.notices);
  const warnings: string[] = [];
  const warn = (asset: string, message: string) => {
    warnings.push(`${asset}: ${message}`);
    if (!json || log.structured) log.warn(`${asset}: ${message}`, { asset });
  };
  const progress = (asset: string, done: number, total: number, unit: string) => {
    if (!json) print(stdout, `${asset}: ${number(done)} of ${number(total)} ${unit}`);
  };
  const { state, assets, kept } = await app.rebuild({ force: has("force"), warn, progress, signal });
  if (json) {
    printJson(stdout, { state, assets, kept, warnings: [...app.notices, ...warnings] });
    return 0;
  }
  for (const { key, from, to, partitions, versions } of assets) {
    const earlier = versions === 0 ? "" : `, and ${plural(versions, "earlier version")}`;
    const what = partitions === 0 ? `${key}: nothing` : named(key, from, to, partitions);
    print(stdout, `${what} taken in${earlier}`);
  }
  const before = kept === null ? "" : `; the one before is kept as "${kept}"`;
  print(stdout, `"${state}" is made anew from the lake${before}`);
  const days = assets.flatMap(({ from, to }) => [from, to]).filter((key) =>
    key !== null && /^\d{4}-\d\d/.test(key)
  )
    .map((key) => key!.slice(0, 10)).sort();
  const range = days.length === 0 ? "" : ` --from ${days[0]} --to ${days.at(-1)}`;
  print(stdout, `what is to be made again of it: deno task plan${range}`);
  return 0;
}
