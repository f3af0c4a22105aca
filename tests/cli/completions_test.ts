import { assertEquals, assertStringIncludes } from "@std/assert";
import { CommandLine } from "./command_line.ts";

const bash = await new Deno.Command("bash", { args: ["--version"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);
if (!bash) console.log("the test of completions in bash is left out: bash is not there");

Deno.test("bash completes commands, flags and assets", { ignore: !bash }, async () => {
  await using line = await CommandLine.open();
  const { code, stdout } = await line.run(["completions", "bash"]);
  assertEquals(code, 0);
  await Deno.writeTextFile(`${line.cwd}/script`, stdout);
  const complete = async (...words: string[]) => {
    const quoted = words.map((word) => `"${word}"`).join(" ");
    const text = `source ./script; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _airgraph; ` +
      'printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout } = await new Deno.Command("bash", { args: ["-c", text], cwd: line.cwd }).output();
    return new TextDecoder().decode(stdout).trimEnd().split("\n");
  };
  assertEquals(await complete("deno", "task", "mat"), ["materialize"]);
  assertEquals(await complete("deno", "task", "status", "--a"), ["--all"]);
  assertEquals(await complete("deno", "task", "show", "vietnam/prod_m"), ["vietnam/prod_mart"]);
});

Deno.test("zsh and fish have scripts of their own, and other shells none", async () => {
  await using line = await CommandLine.open();
  assertStringIncludes((await line.run(["completions", "zsh"])).stdout, "compdef _airgraph deno");
  assertStringIncludes((await line.run(["completions", "fish"])).stdout, "complete -c deno");
  const { code, stderr } = await line.run(["completions", "csh"]);
  assertEquals([code, stderr], [2, 'completing: found "csh", wanted one of bash, zsh, fish\n']);
});
