/** Whether a program is there, told by what it says of its version. */
export async function isThere(program: string, says: RegExp = /(?:)/): Promise<boolean> {
  const asked = () => new Deno.Command(program, { args: ["--version"], stderr: "null" }).output();
  return await Promise.try(asked).then(
    ({ success, stdout }) => success && says.test(new TextDecoder().decode(stdout)),
    () => false,
  );
}

/** Whether util-linux's `script` is there, which runs a command in a terminal of its own. */
export const terminals: boolean = await isThere("script", /util-linux/);
