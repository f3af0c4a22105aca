/** Calls with a folder of its own, which is removed afterwards. */
export async function inFolder(body: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Calls with a path in such a folder, at which there is nothing. */
export async function atPath(name: string, body: (path: string) => Promise<void> | void): Promise<void> {
  await inFolder((folder) => body(`${folder}/${name}`));
}

/** Calls with the path of a state that is not there yet. */
export async function atState(body: (path: string) => Promise<void> | void): Promise<void> {
  await atPath("state.db", body);
}
