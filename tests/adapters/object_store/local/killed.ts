const CHANGES = [
  "mkdirSync",
  "linkSync",
  "renameSync",
  "removeSync",
  "open",
  "copyFile",
  "writeFile",
] as const;

/**
 * Does the work as if the process were killed at its n-th (from 0) call that may change the file system: that one and all
 * later ones do nothing.
 * @returns Whether it came so far.
 */
export async function killedAt(n: number, work: () => Promise<unknown>): Promise<boolean> {
  const real = Object.fromEntries(CHANGES.map((name) => [name, Deno[name]]));
  let calls = 0;
  for (const name of CHANGES) {
    const call = Deno[name] as (...args: unknown[]) => unknown;
    Object.assign(Deno, {
      [name]: (...args: unknown[]) => {
        if (calls++ >= n) throw new Killed();
        return call(...args);
      },
    });
  }
  try {
    await work();
  } catch (error) {
    if (calls <= n) throw error;
  } finally {
    Object.assign(Deno, real);
  }
  return calls > n;
}

class Killed extends Error {}
