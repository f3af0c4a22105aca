import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { basename } from "@std/path";
import { ConfigError, readConfig } from "../config.ts";

async function faults(env: Record<string, string>, cwd = "/nowhere"): Promise<readonly string[]> {
  const error = await assertRejects(() => readConfig(env, cwd), ConfigError);
  return (error as ConfigError).faults;
}

Deno.test("without anything given the built-in stations fill a lake of their own", async () => {
  const config = await readConfig({}, "/data");
  assertEquals(config.openaq.url, null);
  assertEquals(config.lake, "/data/lake-simulated");
  assertEquals(config.state, "/data/lake-simulated.sqlite");
  assertEquals(config.environment, "prod");
  assertEquals(config.lookbackDays, 7);
  assertEquals([config.openaq.perMinute, config.openaq.perHour, config.openaq.timeout], [60, 2_000, 30]);
});

Deno.test("a key alone asks OpenAQ itself, for the lake of real data", async () => {
  const config = await readConfig({ OPENAQ_API_KEY: "secret-key" }, "/data");
  assertEquals(config.openaq.url, "https://api.openaq.org");
  assertEquals(config.lake, "/data/lake");
});

Deno.test("every fault is named, one line each", async () => {
  assertEquals(
    await faults({
      OPENAQ_RATE_PER_MINUTE: "abc",
      OPENAQ_RATE_PER_HOUR: "0",
      DEFAULT_LOOKBACK_DAYS: "-1",
      PIPELINE_ENV: "stage",
      API_REQUEST_TIMEOUT: "99999",
      OPENAQ_API_URL: "ftp://somewhere",
    }),
    [
      'PIPELINE_ENV: found "stage", wanted dev or prod',
      'DEFAULT_LOOKBACK_DAYS: found "-1", wanted a whole number of 1 to 36600',
      'OPENAQ_API_URL: found "ftp://somewhere", wanted a URL that begins with http:// or https://',
      'OPENAQ_RATE_PER_MINUTE: found "abc", wanted a whole number of 1 or more',
      'OPENAQ_RATE_PER_HOUR: found "0", wanted a whole number of 1 or more',
      'API_REQUEST_TIMEOUT: found "99999", wanted a whole number of 1 to 86400',
      "OPENAQ_API_KEY: found none beside OPENAQ_API_URL, wanted the key that it asks for",
    ],
  );
});

Deno.test("a state is a file or a database of PostgreSQL, and no password is shown", async () => {
  const url = "postgres://u:hidden@h/db";
  assertEquals((await readConfig({ STATE_URL: url }, "/data")).state, url);
  const wanted = "postgres://user:password@host:port/database";
  for (
    const given of [
      "postgres://u:hidden@h",
      "postgresql://u:hid/den@h/db",
      "postgres:u:hidden@h/db",
      "postgres://u:4711/hidden@h/db",
      "postgres://u:hidden%@h/db",
    ]
  ) {
    const [fault, ...others] = await faults({ STATE_URL: given });
    assertStringIncludes(fault!, wanted);
    assertEquals([others, /hidden|hid\/den|4711/.test(fault!)], [[], false]);
  }
  const [fault] = await faults({ STATE_URL: "mysql://u:hidden@h/db" });
  assertEquals(fault, `STATE_URL: found "mysql://***@h/db", wanted the path of a SQLite file, or ${wanted}`);
});

Deno.test("an unknown scheme is no path", async () => {
  assertEquals(await faults({ LAKE_URL: "gs://bucket" }), [
    'LAKE_URL: found "gs://bucket", wanted the path of a folder, or s3://bucket',
  ]);
});

Deno.test("a lake on S3 is a bucket alone, its state a file beside, its environment dev", async () => {
  const { lake, state, bucket, environment } = await readConfig({
    LAKE_URL: "s3://openaq-data-pipeline/",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_ACCESS_KEY_ID: "id",
    AWS_SECRET_ACCESS_KEY: "secret",
  }, "/data");
  assertEquals([lake, basename(state), environment], [
    "s3://openaq-data-pipeline",
    "openaq-data-pipeline.sqlite",
    "dev",
  ]);
  assertEquals([bucket!.name, basename(bucket!.local), bucket!.access], [
    "openaq-data-pipeline",
    "openaq-data-pipeline.local",
    {
      endpoint: "http://127.0.0.1:9",
      region: undefined,
      key: { id: "id", secret: "secret", session: undefined },
    },
  ]);
  for (const url of ["s3://", "s3://bucket/below", "s3://UPPER", "s3://ab"]) {
    assertEquals(await faults({ LAKE_URL: url }), [
      `LAKE_URL: found "${url}", wanted "s3://" and the name of a bucket alone`,
    ]);
  }
});

Deno.test("the environment wins over the file, and what is empty counts as not given", async () => {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${cwd}/.env`,
      'DEFAULT_LOOKBACK_DAYS=3\nLAKE_URL="./other"\n# comment\nOPENAQ_API_KEY=\n',
    );
    const fromFile = await readConfig({}, cwd);
    assertEquals([fromFile.lookbackDays, fromFile.lake], [3, `${cwd}/other`]);
    assertEquals(fromFile.openaq.key, null);
    const fromBoth = await readConfig({ DEFAULT_LOOKBACK_DAYS: "5", LAKE_URL: "" }, cwd);
    assertEquals([fromBoth.lookbackDays, fromBoth.lake], [5, `${cwd}/other`]);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("a state lies where its lake tidies nothing away", async () => {
  for (
    const STATE_URL of ["lake/_staging/answers/a.sqlite", "/data/lake/_airgraph.json", "lake/a/_asked/b"]
  ) {
    const fault = `STATE_URL: found "${STATE_URL}" in what the lake "lake/" keeps for itself, ` +
      "wanted a file beside the lake";
    await assertRejects(() => readConfig({ LAKE_URL: "lake/", STATE_URL }, "/data"), ConfigError, fault);
  }
  for (const STATE_URL of ["lake/a.sqlite", "_lake/a.sqlite", "../_a.sqlite", "lake.sqlite"]) {
    await readConfig({ LAKE_URL: "lake/", STATE_URL }, "/data");
  }
});

Deno.test("secrets are taken out of any text, however they are written", async () => {
  const { mask } = await readConfig({
    OPENAQ_API_KEY: 'key/"of"/mine',
    OPENAQ_API_URL: "http://user:pass%20word@127.0.0.1:1",
  }, "/data");
  assertEquals(
    mask('a key/"of"/mine b key%2F%22of%22%2Fmine c key/\\"of\\"/mine d pass%20word e pass word'),
    "a *** b *** c *** d *** e ***",
  );
  for (const password of ["Zm9v+YmFy==", "long&split", "half%of=it"]) {
    const { mask } = await readConfig({ OPENAQ_API_URL: `http://user:${password}@127.0.0.1:1` }, "/data");
    assertEquals(mask(`found ${password} there`), "found *** there");
  }
});

Deno.test("a secret too short to be told from other words takes no letters out of them", async () => {
  const { mask } = await readConfig({
    OPENAQ_API_KEY: "e",
    OPENAQ_API_URL: "http://user:pw@127.0.0.1:1",
  }, "/data");
  assertEquals(
    mask('reading {"pw": 1} of http://user:pw@127.0.0.1:1/'),
    'reading {"pw": 1} of http://user:***@127.0.0.1:1/',
  );
});

Deno.test("a secret is not shown as the value that was found, however short", async () => {
  assertEquals((await readConfig({ OPENAQ_API_KEY: "k y" }, "/nowhere")).openaq.faults, [
    'OPENAQ_API_KEY: found "***", wanted a key of printable characters without spaces',
  ]);
});

Deno.test("faults of the file and of values are named together; a byte order mark takes no key away", async () => {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${cwd}/.env`, "\uFEFFOPENAQ_API_KEY=abcdefgh\n");
    assertEquals((await readConfig({}, cwd)).openaq.key, "abcdefgh");
    await Deno.writeTextFile(`${cwd}/.env`, "API_REQUEST_TIMEOUT=x\nOPENAQ_COUNTRYID=5\nword\n");
    assertEquals(await faults({}, cwd), [
      ".env:2: found the variable OPENAQ_COUNTRYID, did you mean OPENAQ_COUNTRY_ID?",
      '.env:3: found no "=", wanted NAME=value',
      'API_REQUEST_TIMEOUT: found "x", wanted a whole number of 1 to 86400',
    ]);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});

Deno.test("an unknown variable of the environment that resembles one is a warning, what belongs to others is none", async () => {
  const others = ["PATH", "BASE_URL", "SITE_URL", "GH_TOKEN", "PORT", "AWS_PROFILE", "AWS_DEFAULT_REGION"];
  const env = Object.fromEntries([...others, "OPENAQ_COUNTRYID", "LAKE_URL"].map((name) => [name, "x"]));
  assertEquals((await readConfig(env, "/nowhere")).stray().warnings, [
    "reading the environment: found the variable OPENAQ_COUNTRYID, did you mean OPENAQ_COUNTRY_ID?",
  ]);
});

Deno.test("channels are checked with all else, and what is secret of them is not shown", async () => {
  const config = await readConfig({
    ALERT_WEBHOOK_URL: "https://hooks.example/services/hidden-1",
    ALERT_WEBHOOK_FORMAT: "slack",
    ALERT_SMTP_URL: "smtps://me:hidden-password@mail.example:465",
    ALERT_EMAIL_TO: "one@example.org, two@example.org",
    ALERT_FILE: "told/alerts.jsonl",
  }, "/data");
  assertEquals(config.alerts, {
    webhook: { url: "https://hooks.example/services/hidden-1", format: "slack" },
    smtp: { url: "smtps://me:hidden-password@mail.example:465", to: ["one@example.org", "two@example.org"] },
    file: "/data/told/alerts.jsonl",
  });
  assertEquals(
    config.mask("at https://hooks.example/services/hidden-1 with hidden-password"),
    "at *** with ***",
  );
  assertEquals((await readConfig({}, "/data")).alerts, { webhook: null, smtp: null, file: null });
  const found = await faults({
    ALERT_WEBHOOK_URL: "hooks.example/hidden",
    ALERT_WEBHOOK_FORMAT: "teams",
    ALERT_SMTP_URL: "https://me:hidden@mail.example",
    ALERT_EMAIL_TO: "one@example.org,,two",
    ALERT_FILE: "s3://bucket/alerts",
  });
  assertEquals(found, [
    'ALERT_WEBHOOK_URL: found "***", wanted a URL that begins with http:// or https://',
    'ALERT_WEBHOOK_FORMAT: found "teams", wanted json or slack',
    'ALERT_SMTP_URL: found "***", wanted a URL that begins with smtp:// or smtps://',
    'ALERT_EMAIL_TO: found "one@example.org,,two", wanted addresses such as somebody@example.org, with commas between them',
    'ALERT_FILE: found "s3://bucket/alerts", wanted the path of a file',
  ]);
  assertEquals(await faults({ ALERT_SMTP_URL: "smtp://mail.example" }), [
    "ALERT_EMAIL_TO: found none beside ALERT_SMTP_URL, wanted who gets the mails",
  ]);
  assertEquals(await faults({ ALERT_EMAIL_TO: "one@example.org", ALERT_WEBHOOK_FORMAT: "json" }), [
    "ALERT_SMTP_URL: found none beside ALERT_EMAIL_TO, wanted the server that takes them, such as smtp://user:password@host:587",
    "ALERT_WEBHOOK_URL: found none beside ALERT_WEBHOOK_FORMAT, wanted where to post to",
  ]);
});

Deno.test("the web answers this machine alone, unless an address is given, with who may ask there", async () => {
  const web = async (env: Record<string, string>) => (await readConfig(env, "/data")).web;
  const nobody = { token: null, readToken: null, hosts: ["127.0.0.1"], anyAddress: false };
  assertEquals(await web({}), { host: "127.0.0.1", port: 8_321, admission: nobody });
  const [WEB_TOKEN, WEB_READ_TOKEN] = ["sixteen-letters-", "sixteen-letters+"];
  const tokens = { token: WEB_TOKEN, readToken: WEB_READ_TOKEN };
  const wide = { WEB_HOST: "0.0.0.0", WEB_PORT: "80", WEB_TOKEN, WEB_READ_TOKEN };
  assertEquals(await web({ ...wide, WEB_HOSTS: "Lake.example.org, fd00::7" }), {
    host: "0.0.0.0",
    port: 80,
    admission: { ...tokens, hosts: ["lake.example.org", "[fd00::7]"], anyAddress: true },
  });
  assertEquals((await web({ WEB_HOST: "fd00::7", WEB_TOKEN })).admission.hosts, ["[fd00::7]"]);
  for (const WEB_HOST of ["localhost", "::1", "127.0.0.9"]) {
    assertEquals((await web({ WEB_HOST })).host, WEB_HOST);
  }
});

Deno.test("an address that others reach wants a token, and tokens are long, two and told nobody", async () => {
  const none = (host: string) =>
    `WEB_TOKEN: found none beside WEB_HOST "${host}", which others reach, wanted what they sign in with`;
  for (const WEB_HOST of ["0.0.0.0", "::", "10.0.0.7"]) {
    assertEquals(await faults({ WEB_HOST }), [none(WEB_HOST)]);
  }
  assertEquals(await faults({ WEB_HOST: "lake.example.org", WEB_HOSTS: "lake.example.org:80" }), [
    'WEB_HOST: found "lake.example.org", wanted an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them',
    'WEB_HOSTS: found "lake.example.org:80", wanted names of hosts such as lake.example.org, without ports, with commas between them',
  ]);
  assertEquals(await faults({ WEB_TOKEN: "short", WEB_READ_TOKEN: "two words, and long enough" }), [
    'WEB_TOKEN: found "***", wanted 16 to 256 printable characters without spaces',
    'WEB_READ_TOKEN: found "***", wanted 16 to 256 printable characters without spaces',
  ]);
  const WEB_READ_TOKEN = "sixteen-letters-";
  assertEquals(await faults({ WEB_READ_TOKEN }), [
    "WEB_TOKEN: found none beside WEB_READ_TOKEN, wanted what those sign in with who may change something",
  ]);
  assertEquals(await faults({ WEB_READ_TOKEN, WEB_TOKEN: WEB_READ_TOKEN }), [
    "WEB_READ_TOKEN: found that of WEB_TOKEN, wanted another",
  ]);
  assertEquals(
    (await readConfig({ WEB_TOKEN: WEB_READ_TOKEN }, "/data")).mask(`a ${WEB_READ_TOKEN}`),
    "a ***",
  );
});
