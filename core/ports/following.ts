import type { Seq } from "../event.ts";

/** News of what other workers write. */
export interface Following {
  /**
   * Answers once it follows: yields the number of the last event whenever there is a further event or a further run, until
   * the signal is aborted or the state is closed. What comes in between two questions for the next is told at once.
   *
   * @param options `closely`: where others' writes must be looked for, it is looked many times a second, not once.
   */
  watch(signal: AbortSignal, options?: { readonly closely?: boolean }): Promise<AsyncIterable<Seq>>;
}
