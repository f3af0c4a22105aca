import { type Command, type Flags, UsageError } from "./context.ts";
import { print, printJson } from "./out.ts";
import { completionScripts, SHELLS } from "./completion_scripts.ts";

export const completions: Command = {
  summary: "a script by which a shell completes commands, flags and assets' keys after `deno task`",
  help: `
Usage: completions bash|zsh|fish [--json]

Examples:
  source <(deno task --quiet completions bash)
  source <(deno task --quiet completions zsh)
  deno task --quiet completions fish | source`,
  flags: {},
  words: 1,
  async run({ words: [shell], json, app: open }, { stdout, commands }) {
    const known = SHELLS.find((each) => each === shell);
    if (known === undefined) {
      const found = shell === undefined ? "no shell" : `"${shell}"`;
      throw new UsageError(`completing: found ${found}, wanted one of ${SHELLS.join(", ")}`);
    }
    const { graph } = await (await open()).project();
    const flags: Record<string, readonly string[]> = {};
    for (const [name, load] of Object.entries(commands)) flags[name] = flagsOf((await load()).flags);
    const script = completionScripts[known]({ flags, keys: graph.assets.map(({ key }) => key) });
    if (json) printJson(stdout, { shell: known, script });
    else print(stdout, script);
    return 0;
  },
};

function flagsOf({ switches = [], values = [], lists = [] }: Flags): string[] {
  return [...switches, ...values, ...lists, "graph", "json", "log", "help"].map((flag) => `--${flag}`);
}
