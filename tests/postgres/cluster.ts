/** A PostgreSQL server of a test's own, on loopback, in a temporary folder. */
export interface Cluster extends AsyncDisposable {
  /** Of its database, as its owner. */
  readonly url: string;
  stop(): Promise<void>;
  /** On the same port, with what was written before. */
  start(): Promise<void>;
}

/** The one that no files belong to: a server refuses to run as root. */
const NOBODY = 65_534;
const OWNER = "airgraph", PASSWORD = "a secret";

/** Ends the server when its standard input does, so that none outlives who started it, however that ended. */
const ENDING_WITH_INPUT = '"$@" & server=$!; read -r _; kill -INT $server; wait $server';

/** @param settings Of the server, beside those that make it one of tests. */
export async function startCluster(settings: readonly string[] = ["fsync=off"]): Promise<Cluster> {
  const programs = await programsFolder();
  const folder = await Deno.makeTempDir({ prefix: "airgraph-postgres-" });
  const who = Deno.uid() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (Deno.uid() === 0) await Deno.chown(folder, NOBODY, NOBODY);
  const password = `${folder}/password`, data = `${folder}/data`;
  await Deno.writeTextFile(password, PASSWORD);
  await done(
    new Deno.Command(`${programs}initdb`, {
      args: ["-D", data, "-U", OWNER, "-A", "scram-sha-256", `--pwfile=${password}`, "-E", "UTF8"]
        .concat("--locale=C", "--no-sync"),
      ...command(folder, who),
    }),
  );
  const port = freePort();
  let server: Deno.ChildProcess | undefined;
  const cluster: Cluster = {
    url: `postgres://${OWNER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    async start() {
      const all = [
        "listen_addresses=127.0.0.1",
        `port=${port}`,
        "unix_socket_directories=",
        "max_connections=400",
      ];
      const args = [...all, ...settings].flatMap((setting) => ["-c", setting]);
      server = new Deno.Command("sh", {
        args: ["-c", ENDING_WITH_INPUT, "sh", `${programs}postgres`, "-D", data, ...args],
        ...command(folder, who),
        stdin: "piped",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      await ready(server.stderr);
    },
    async stop() {
      await server?.stdin.close();
      await server?.status;
      server = undefined;
    },
    async [Symbol.asyncDispose]() {
      await cluster.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
  await cluster.start();
  return cluster;
}

function command(folder: string, who: { readonly uid?: number; readonly gid?: number }) {
  return { cwd: folder, ...who, env: { LC_ALL: "C", TZ: "UTC" } };
}

/** Where the newest server's programs are, with a slash behind; installed where there are none. */
async function programsFolder(): Promise<string> {
  const found = await installed();
  if (found !== undefined) return found;
  console.error("installing PostgreSQL: found none, wanted postgres and initdb");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await done(new Deno.Command("apt-get", { args: ["update", "-qq"], env }));
  await done(
    new Deno.Command("apt-get", {
      args: ["install", "-qq", "-y", "--no-install-recommends", "postgresql"],
      env,
    }),
  );
  const since = await installed();
  if (since === undefined) throw new Error("installing PostgreSQL: found no initdb afterwards, wanted one");
  return since;
}

async function installed(): Promise<string | undefined> {
  const root = "/usr/lib/postgresql";
  const versions: number[] = [];
  try {
    for await (const { name } of Deno.readDir(root)) versions.push(Number(name));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const folders = versions.sort((a, b) => b - a).map((version) => `${root}/${version}/bin/`);
  const path = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/`);
  for (const folder of [...folders, ...path]) {
    if (await Deno.stat(`${folder}initdb`).then(() => true, () => false)) return folder;
  }
}

async function done(command: Deno.Command): Promise<void> {
  const { success, stderr } = await command.output().catch((error: Error) => ({
    success: false,
    stderr: new TextEncoder().encode(error.message),
  }));
  if (success) return;
  const found = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new Error(
    `starting PostgreSQL: found "${found}", wanted a server of version 15 or later on this machine`,
  );
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/** Waits until the server says that it answers; what it says afterwards is read and left. */
async function ready(log: ReadableStream<Uint8Array>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const read = async () => {
    let said = "";
    for await (const part of log.pipeThrough(new TextDecoderStream())) {
      said = (said + part).slice(-2_000);
      if (said.includes("ready to accept connections")) resolve();
    }
    reject(new Error(`starting PostgreSQL: found "${said.trim().split("\n").at(-1)}", wanted it to answer`));
  };
  read().catch(reject);
  await promise;
}
