/** A living worker that has the lead in something. */
export interface Leader {
  /** Where it runs; null where it is not known. */
  readonly place: { readonly host: string; readonly pid: number } | null;
}

/** Work that one worker at a time does, by a name. */
export interface Leads {
  /**
   * Takes the lead in something, or keeps it. It is free at once when who has it closes the state, or is no more.
   *
   * @returns Whether this worker has it.
   */
  lead(name: string): Promise<boolean>;
  /** Who leads something; undefined where nobody does. */
  leader(name: string): Promise<Leader | undefined>;
}
