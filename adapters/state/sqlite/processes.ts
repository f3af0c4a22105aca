/** A process as other processes can tell whether it still runs: a process number is given again, a start is not. */
export interface Process {
  readonly host: string;
  readonly pid: number;
  readonly started: string;
}

/** The processes of this host. */
export interface Processes {
  readonly self: Process;
  /** Whether the process may still run: false only if it was on this host and is no more. */
  alive(process: Process): boolean;
}

/** The processes of the operating system. */
export function systemProcesses(): Processes {
  const host = Deno.hostname();
  const started = startOf(Deno.pid);
  if (started === undefined) {
    throw new Error(`asking for the start of process ${Deno.pid}: found no such process`);
  }
  return {
    self: { host, pid: Deno.pid, started },
    alive: (process) => process.host !== host || startOf(process.pid) === process.started,
  };
}

/** When a process of this host began, in any stable notation; undefined if there is none. */
function startOf(pid: number): string | undefined {
  return Deno.build.os === "linux" ? startByProc(pid) : startByPs(pid);
}

/** Field 22 of /proc/PID/stat counts ticks since the boot, so the boot is named too. See proc_pid_stat(5). */
function startByProc(pid: number): string | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, ticks] = [fields[0], fields[19]];
    if (state === "Z" || state === "X" || ticks === undefined) return undefined;
    return `${Deno.readTextFileSync("/proc/sys/kernel/random/boot_id").trim()} ${ticks}`;
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  const { stdout } = new Deno.Command("ps", {
    args: ["-o", "lstart=", "-p", String(pid)],
    env: { LC_ALL: "C", TZ: "UTC" },
  }).outputSync();
  return new TextDecoder().decode(stdout).trim() || undefined;
}
