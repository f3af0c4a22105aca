/** Runs a script of this folder in a process of its own. @returns The line of JSON that it prints. */
export async function child<Answer>(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", `bench/${script}`, ...args],
    env,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`measuring ${[script, ...args].join(" ")} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
