/** How often a condition is looked at. */
const STEP = 5;

/** Resolves once the condition holds. @throws If it does not within `most` milliseconds. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  most = 300_000,
): Promise<void> {
  const end = performance.now() + most;
  while (!await holds()) {
    if (performance.now() > end) throw new Error(`waiting for ${what}: not within ${most} ms`);
    await pause(STEP);
  }
}

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
