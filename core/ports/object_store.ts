/** A written file: its size in bytes and the SHA-256 of its bytes, hex. */
export interface Written {
  readonly size: number;
  readonly hash: string;
}

/** Files of the lake by their paths below its root, for assets that read and stage small files. */
export interface ObjectStore {
  /** The bytes, or undefined if there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes a whole file, making its folders; it is durable once the publisher has measured it. */
  write(path: string, bytes: Uint8Array): Promise<Written>;
  /** The paths of the files at or below a folder, ascending by code unit. */
  list(folder: string): Promise<string[]>;
  /** The names of the folders directly below a folder, ascending by code unit. */
  folders(folder: string): Promise<string[]>;
}
