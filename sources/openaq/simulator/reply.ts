/** A status and its JSON body. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

export const NOT_FOUND = failure(404, "Not Found");

export function failure(status: number, detail: unknown): Reply {
  return { status, body: JSON.stringify({ detail }) };
}

/** One page of results that are JSON texts already. */
export function results(
  texts: readonly string[],
  page: number,
  limit: number,
  found: number | string,
): Reply {
  const meta = `{"name":"openaq-api","website":"/","page":${page},"limit":${limit},"found":${
    JSON.stringify(found)
  }}`;
  return { status: 200, body: `{"meta":${meta},"results":[${texts.join(",")}]}` };
}
