/** The byte of a `-shm` file that the writer of a SQLite file in WAL mode has locked: see sqlite.org/walformat.html. */
const WRITE_LOCK = 120;

/** Who is in a write transaction on a SQLite file, as far as the operating system tells: Linux does. */
export function lockHolder(path: string): string {
  // Who holds it can be left out of a list that changes while it is read.
  const pid = holderOf(path) ?? holderOf(path);
  if (pid === undefined) return "another process";
  return isStopped(pid) ? `process ${pid}, which is stopped,` : `process ${pid}`;
}

/** Out of lines such as `1: POSIX  ADVISORY  WRITE 4711 fe:00:10166388 120 120`; see proc_locks(5). */
function holderOf(path: string): number | undefined {
  try {
    const inode = String(Deno.statSync(`${path}-shm`).ino);
    for (const line of Deno.readTextFileSync("/proc/locks").split("\n")) {
      const [, , , access, pid, file, from, to] = line.split(/\s+/);
      const holds = access === "WRITE" && file?.split(":")[2] === inode;
      if (holds && Number(from) <= WRITE_LOCK && WRITE_LOCK <= Number(to) && Number(pid) > 0) {
        return Number(pid);
      }
    }
  } catch {
    // There is no such file, or nothing that tells.
  }
}

function isStopped(pid: number): boolean {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return /^[Tt]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
