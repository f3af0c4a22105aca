import { assertEquals, assertStringIncludes } from "@std/assert";
import { CommandLine } from "./command_line.ts";
import { isThere } from "./programs.ts";

interface Shell {
  readonly name: string;
  /** A script that prints what completes the last of the words, a line each; `./script` is the one under test. */
  readonly completing: (words: readonly string[]) => string;
}

const quoted = (words: readonly string[]) => words.map((word) => `"${word}"`).join(" ");

const SHELLS: readonly Shell[] = [
  {
    name: "bash",
    completing: (words) =>
      `source ./script; COMP_WORDS=(${quoted(words)}); COMP_CWORD=${words.length - 1}; _airgraph; ` +
      'printf "%s\\n" "${COMPREPLY[@]}"',
  },
  {
    name: "zsh",
    // Outside of its line editor all that fits the place is offered: choosing what begins like the word is zsh's own.
    completing: (words) =>
      `compdef() { }; source ./script; words=(${quoted(words)}); CURRENT=${words.length}; ` +
      `compadd() { shift; print -l -- "\${(@M)@:#${words.at(-1)}*}" }; _airgraph`,
  },
  {
    name: "fish",
    completing: (words) => `source ./script; complete -C "${words.join(" ")}"`,
  },
];

for (const { name, completing } of SHELLS) {
  const there = await isThere(name);
  if (!there) console.log(`the test of completions in ${name} is left out: ${name} is not there`);

  Deno.test(`${name} completes commands, flags and assets`, { ignore: !there }, async () => {
    await using line = await CommandLine.open();
    const { code, stdout } = await line.run(["completions", name]);
    assertEquals(code, 0);
    await Deno.writeTextFile(`${line.cwd}/script`, stdout);
    const complete = async (...words: string[]) => {
      const { stdout } = await new Deno.Command(name, {
        args: ["-c", completing(words)],
        cwd: line.cwd,
        env: { HOME: line.cwd, XDG_CONFIG_HOME: line.cwd },
      }).output();
      return new TextDecoder().decode(stdout).trimEnd().split("\n");
    };
    assertEquals(await complete("deno", "task", "mat"), ["materialize"]);
    assertEquals(await complete("deno", "task", "status", "--al"), ["--all"]);
    assertEquals(await complete("deno", "task", "show", "vietnam/prod_m"), ["vietnam/prod_mart"]);
  });
}

Deno.test("zsh and fish have scripts of their own, and other shells none", async () => {
  await using line = await CommandLine.open();
  assertStringIncludes((await line.run(["completions", "zsh"])).stdout, "compdef _airgraph deno");
  assertStringIncludes((await line.run(["completions", "fish"])).stdout, "complete -c deno");
  const { code, stderr } = await line.run(["completions", "csh"]);
  assertEquals([code, stderr], [2, 'completing: found "csh", wanted one of bash, zsh, fish\n']);
});
