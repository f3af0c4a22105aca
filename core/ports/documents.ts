/** A small document as it was read, and the version that whoever changes it names. */
export interface VersionedText {
  readonly text: string;
  readonly version: string;
}

/** Small documents of the lake that several processes change, each whole and durable. */
export interface Documents {
  /** Undefined where there is none. */
  read(path: string): Promise<VersionedText | undefined>;
  /**
   * Writes a document in the place of the one of a version, or, with null, where there is none: of those that do so at
   * once, one wins.
   *
   * @returns Whether it was written; if not, another stands there.
   */
  swap(path: string, text: string, version: string | null): Promise<boolean>;
}
