/**
 * Run first, sees the calls of the program that follows which change what stands on the disk, and those by which it looks
 * whether something does. Its own URL's query says what for: `log` names a file to which each of the first is written;
 * `name`, `path` and `nth` name the one of either at which the `signal` is sent to this process; `like` is a pattern in
 * the place of a path.
 */
const query = new URL(import.meta.url).searchParams;
const log = query.get("log");
const [name, path, signal] = [query.get("name"), query.get("path"), query.get("signal") as Deno.Signal];
const like = query.get("like");
let left = Number(query.get("nth"));
const opened = new WeakMap<Deno.FsFile, string>();

function seen(call: string, on: string | URL): void {
  if (log !== null) Deno.writeTextFileSync(log, `${call}\t${on}\n`, { append: true });
  reached(call, on);
}

function reached(call: string, on: string | URL): void {
  const isOn = like === null ? String(on) === path : new RegExp(like).test(String(on));
  if (call === name && isOn && --left === 0) Deno.kill(Deno.pid, signal);
}

const { rename, renameSync, linkSync, remove, removeSync, open, openSync, lstat, stat } = Deno;
Object.assign(Deno, {
  lstat: (at: string) => (reached("lstat", at), lstat(at)),
  stat: (at: string | URL) => (reached("stat", at), stat(at)),
  rename: (from: string, to: string) => (seen("rename", from), rename(from, to)),
  renameSync: (from: string, to: string) => (seen("rename", from), renameSync(from, to)),
  linkSync: (from: string, to: string) => (seen("link", from), linkSync(from, to)),
  remove: (at: string, options?: Deno.RemoveOptions) => (seen("unlink", at), remove(at, options)),
  removeSync: (at: string, options?: Deno.RemoveOptions) => (seen("unlink", at), removeSync(at, options)),
  async open(at: string, options?: Deno.OpenOptions) {
    const file = await open(at, options);
    opened.set(file, at);
    return file;
  },
  openSync(at: string, options?: Deno.OpenOptions) {
    const file = openSync(at, options);
    opened.set(file, at);
    return file;
  },
});

const { sync, syncSync } = Deno.FsFile.prototype;
Deno.FsFile.prototype.sync = function () {
  seen("fsync", opened.get(this) ?? "");
  return sync.call(this);
};
Deno.FsFile.prototype.syncSync = function () {
  seen("fsync", opened.get(this) ?? "");
  return syncSync.call(this);
};
