/** The moment at which the documents' figures were taken: what is asked of the simulated stations is the same again. */
const TAKEN = Date.UTC(2026, 10, 21, 11, 10);
/** So slow a clock tells no more lines on a busy machine, where all takes longer, than documents show. */
const SLOWED = 20;

/** Lets this process's wall clock go on from that moment, slowly. */
export function goBack(): void {
  const began = performance.now();
  Date.now = () => Math.floor(TAKEN + (performance.now() - began) / SLOWED);
}
