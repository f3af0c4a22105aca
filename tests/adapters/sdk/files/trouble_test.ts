import { assertEquals } from "@std/assert";
import { trouble } from "../../../../adapters/sdk/files/trouble.ts";

/** As Deno gives them: some have a code, some have none. */
const cases: readonly (readonly [message: string, code: string | undefined, says: string])[] = [
  ["No space left on device (os error 28): mkdir", "ENOSPC", "no room is left for it in "],
  ["Disk quota exceeded (os error 122): mkdir", undefined, "no room is left for it in "],
  ["File too large (os error 27): writefile", undefined, "no room is left for it in "],
  ["Operation not permitted (os error 1): link", "EPERM", `"/lake" does not allow it, `],
  ["Invalid cross-device link (os error 18): rename", "EXDEV", `"/lake" lies on several file systems, `],
  ["Is a directory (os error 21)", "EISDIR", "a folder is in its place below "],
  ["Input/output error (os error 5)", "EIO", "Input/output error (os error 5)"],
];

Deno.test("trouble with files is one line that names the action and what was found", () => {
  for (const [message, code, says] of cases) {
    const line = trouble("writing", "/lake", Object.assign(new Error(message), code && { code }));
    assertEquals(line.slice(0, 9 + says.length), `writing: ${says}`, message);
  }
});
