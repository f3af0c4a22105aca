/** Requests to a bucket that are open at once. */
export const WIDTH = 16;
