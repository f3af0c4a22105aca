import { TITLES } from "../safety/refusal.ts";
import { PROBLEM } from "./problem.ts";

/** What stands before every route may refuse any request, and one that sends something for more reasons. */
const ANY = [400, 401, 403, 414, 429, 431, 503, 504] as const;
const SENDING = [...ANY, 408, 413] as const;

type Refused = (typeof SENDING)[number];

/** An OpenAPI document, as far as it is added to. */
interface Described {
  readonly paths?: Readonly<Record<string, object>>;
  readonly components?: object;
}

/** The description of the API with the refusals that every route may answer beside its own. */
export function described<Document extends Described>(document: Document): Document {
  const paths = Object.entries(document.paths ?? {}).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations).map(([method, { responses, ...operation }]) => [
        method,
        { ...operation, responses: { ...refusals(method === "get" ? ANY : SENDING), ...responses } },
      ]),
    ),
  ]);
  const responses = Object.fromEntries(SENDING.map((status) => [
    nameOf(status),
    {
      description: TITLES[status],
      content: { [PROBLEM]: { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  ]));
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: { ...document.components, responses },
  };
}

function refusals(statuses: readonly Refused[]) {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }]),
  );
}

function nameOf(status: Refused): string {
  return `Refused${status}`;
}
