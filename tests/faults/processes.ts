/** Starts a program without the right to pass over what files allow, which root has. */
export const WITHOUT_RIGHTS = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all"] : [];

/** The processes that one has started, those that they started among them, by their ids. See proc_pid_stat(5). */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const { name } of Deno.readDirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? statOf(Number(name))?.parent : undefined;
    if (parent !== undefined) children.set(parent, [...children.get(parent) ?? [], Number(name)]);
  }
  const below = (id: number): number[] =>
    (children.get(id) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** Kills them; those that end with another of them are gone by then. */
export function killDescendants(pid: number): void {
  for (const id of descendants(pid)) {
    try {
      Deno.kill(id, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Those of them that are stopped by a signal. */
export function stopped(pid: number): number[] {
  return descendants(pid).filter((id) => statOf(id)?.state === "T");
}

/** How long they have computed, in hundredths of a second. */
export function computed(pid: number): number {
  return descendants(pid).reduce((sum, id) => sum + (statOf(id)?.ticks ?? 0), 0);
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly ticks: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0]!, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined; // it has just ended
  }
}
