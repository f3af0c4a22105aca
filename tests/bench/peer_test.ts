import { assertEquals, assertRejects } from "@std/assert";
import { measureDagster, PeerError } from "../../bench/peer/dagster.ts";

Deno.test("without Python the peer's measure says what is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const environment = `${folder}/venv`;
    const error = await assertRejects(
      () => measureDagster(folder, { python: "no-such-python", environment }),
      PeerError,
    );
    assertEquals(
      error.message,
      `measuring the peer: no-such-python -m venv --clear ${environment}: ` +
        "found no no-such-python, wanted Python 3.10 or later with venv and pip",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
