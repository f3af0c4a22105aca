import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryStore } from "../../../adapters/state/memory/store.ts";
import { definer } from "../../../core/asset.ts";
import type { AlertRule } from "../../../core/alerts/rule.ts";
import type { Symptom } from "../../../core/alerts/rule.ts";
import { HOUR, iso, MINUTE, SECOND } from "../../../core/instant.ts";
import type { AlertMessage, Channel } from "../../../core/ports/channel.ts";
import type { Clock } from "../../../core/ports/clock.ts";
import type { State } from "../../../core/ports/state.ts";
import { SourceHealth } from "../../../core/source_health.ts";
import { MemoryChannel } from "../../adapters/alerts/memory_channel.ts";
import { fakeClock } from "../../fake_clock.ts";
import { NOON } from "../lab.ts";
import { desk } from "./desk.ts";

const { asset } = definer<null>();
const { signal } = new AbortController();

/** A rule that finds what it is told to. */
function rule(name = "mine"): { readonly rule: AlertRule; symptoms: Symptom[] } {
  const given = { symptoms: [] as Symptom[], rule: { name, find: () => given.symptoms } };
  return given;
}

const wrong = (subject: string): Symptom => ({ subject, severity: "error", message: `${subject} is wrong` });
const heads = (sent: readonly AlertMessage[]) => sent.map(({ event, subject }) => `${event} ${subject}`);

Deno.test("a rule that throws is told of, ends nothing of its own, and keeps no other from being looked at", async () => {
  const [mine, other] = [rule(), rule("other")];
  let fault: Error | undefined;
  const faulty: AlertRule = {
    ...mine.rule,
    find: (view) => {
      if (fault !== undefined) throw fault;
      return mine.rule.find(view);
    },
    sees: () => false,
  };
  const { told } = await desk([], { rules: [faulty, other.rule] });
  mine.symptoms = [wrong("a")];
  assertEquals(await told(), ["opened mine a: a is wrong"]);
  fault = new Error("found hunter2\nin the way");
  other.symptoms = [wrong("b")];
  assertEquals(await told(), [
    "opened mine mine: the rule failed: found *** in the way",
    "opened other b: b is wrong",
  ]);
  fault = undefined;
  assertEquals(await told(), ["closed mine mine: over after 0 min: the rule failed: found *** in the way"]);
});

Deno.test("both messages of an episode have its key, and the next episode has another", async () => {
  const mine = rule();
  const { told, channel, clock } = await desk([], { rules: [mine.rule] });
  for (let i = 0; i < 2; i++) {
    mine.symptoms = [wrong("a")];
    await told();
    clock.suspend(90 * MINUTE);
    mine.symptoms = [];
    await told();
  }
  const keys = channel.sent.map(({ key }) => key);
  assertEquals([keys[0], keys[2]], [keys[1], keys[3]]);
  assertEquals(new Set(keys).size, 2);
  assertEquals(channel.sent[1], {
    event: "closed",
    rule: "mine",
    subject: "a",
    severity: "error",
    message: "over after 1 h 30 min: a is wrong",
    at: NOON + 90 * MINUTE,
    key: `mine:a:${iso(NOON)}`,
  });
});

Deno.test("several findings on one subject are one episode, as bad as the worst", async () => {
  const [one, two] = [rule(), rule()];
  const { told, state } = await desk([], { rules: [one.rule, two.rule] });
  one.symptoms = [{ ...wrong("a"), severity: "warning", message: "slow" }];
  assertEquals(await told(), ["opened mine a: slow"]);
  two.symptoms = [...["broken", "worse", "gone"].map((message) => ({ ...wrong("a"), message })), wrong("b")];
  assertEquals(await told(), ["opened mine b: b is wrong"]);
  const [found] = await state.alerts.open();
  assertEquals([found!.severity, found!.message], ["error", "broken; worse; gone; and 1 more"]);
});

Deno.test("secrets in what is found are masked", async () => {
  const mine = rule();
  const { told } = await desk([], { rules: [mine.rule] });
  mine.symptoms = [{ ...wrong("a"), message: "the password hunter2 is refused" }];
  assertEquals(await told(), ["opened mine a: the password *** is refused"]);
});

Deno.test("episodes of what is not looked at here go on; those of a rule that is no more are over", async () => {
  const one = asset({ key: "a/one", async *materialize() {} });
  const { told, state, open } = await desk([one]);
  const begin = (rule: string, subject: string) =>
    state.alerts.begin({ ...wrong(subject), rule, key: `${rule} ${subject}`, opened: NOON }, []);
  await begin("failure", "a/gone");
  await begin("failure", "b/others");
  await begin("source", "others");
  await begin("sensor", "7");
  await begin("pm25", "Hue");
  await begin("dropped", "x");
  await told();
  assertEquals(await open(), ["failure b/others", "source others", "sensor 7", "pm25 Hue"]);
});

Deno.test("a channel that is down is tried again after longer and longer, and holds up no other", async () => {
  const mine = rule();
  const [down, up] = [new MemoryChannel("down"), new MemoryChannel("up")];
  down.fault = "found nobody, wanted somebody";
  const { told, alerter, clock, state } = await desk([], { rules: [mine.rule], channels: [down, up] });
  mine.symptoms = [wrong("a"), wrong("b")];
  await told();
  assertEquals([heads(up.sent), down.tries], [["opened a", "opened b"], 1]);
  // Full jitter: half of 10 s, of 20 s, and so on up to ten minutes.
  const pauses = [];
  for (let i = 0; i < 9; i++) {
    pauses.push((alerter.wakes - clock.now()) / SECOND);
    await clock.advance(alerter.wakes - clock.now() - 1);
    await told();
    assertEquals(down.tries, i + 1);
    await clock.advance(1);
    await told();
    assertEquals(down.tries, i + 2);
  }
  assertEquals(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
  const [, { deliveries: [failed] }] = await state.alerts.episodes(2) as [unknown, { deliveries: unknown[] }];
  assertEquals((failed as { detail: string }).detail, down.fault);
  // A machine that sleeps waits no pause out; one message that arrives lets all the others go.
  mine.symptoms = [wrong("a"), wrong("b"), wrong("c")];
  down.fault = undefined;
  clock.suspend(9 * HOUR);
  await told();
  assertEquals(down.sent, []);
  await clock.advance(10 * MINUTE);
  await told();
  assertEquals(heads(down.sent).toSorted(), ["opened a", "opened b", "opened c"]);
});

/** A channel that refuses messages about a subject, and notes when each was tried. */
function refusing(subject: string, clock: Clock) {
  const tried: [string, number][] = [];
  const channel: Channel = {
    name: "refusing",
    send(message) {
      tried.push([`${message.event} ${message.subject}`, (clock.now() - NOON) / SECOND]);
      const refused = message.subject === subject;
      return refused ? Promise.reject(new Error("answered 400, wanted 200")) : Promise.resolve();
    },
  };
  return { channel, tried };
}

Deno.test("a message that is refused rests by itself, and holds back no newer one; its end waits for it", async () => {
  const mine = rule();
  const clock = fakeClock(NOON);
  const { channel, tried } = refusing("a", clock);
  const { told, alerter } = await desk([], { rules: [mine.rule], channels: [channel] }, { clock });
  mine.symptoms = [wrong("a")];
  while (clock.now() < NOON + 59 * MINUTE) {
    await told();
    await clock.advance(Math.max(1, Math.min(alerter.wakes - clock.now(), MINUTE)));
  }
  const alone = tried.splice(0).map(([, at]) => at);
  assertEquals(alone.slice(0, 8), [0, 5, 15, 35, 75, 155, 315, 615]);
  const at = () => (clock.now() - NOON) / SECOND;
  const began = at();
  mine.symptoms = [wrong("b"), wrong("c")];
  await told();
  assertEquals(tried.splice(0), [["opened b", began], ["opened c", began]]);
  mine.symptoms = [];
  await told();
  assertEquals(tried.splice(0), [["closed b", began], ["closed c", began]]);
  await clock.advance(10 * MINUTE);
  await told();
  assertEquals(tried.splice(0).map(([head]) => head), ["opened a"]);
});

Deno.test("a channel that is down is tried by one message after each pause, however many come", async () => {
  const mine = rule();
  const clock = fakeClock(NOON);
  const down = new MemoryChannel("down");
  down.fault = "found nobody, wanted somebody";
  const { told } = await desk([], { rules: [mine.rule], channels: [down] }, { clock });
  for (let second = 0; second < 600; second++) {
    if (second % 10 === 0) mine.symptoms.push(wrong(`s${second}`));
    await told();
    await clock.advance(SECOND);
  }
  // Pauses of 5, 10, 20, 40, 80, 160, 300 s.
  assert(down.tries <= 8, `found ${down.tries} tries`);
  down.fault = undefined;
  await clock.advance(10 * MINUTE);
  await told();
  assertEquals(down.sent.length, 60);
});

Deno.test("what another delivered meanwhile is waited for no more", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON);
  const mine = rule();
  const [broken, whole] = [new MemoryChannel("hook"), new MemoryChannel("hook")];
  broken.fault = "found nobody, wanted somebody";
  const options = { rules: [mine.rule] };
  const a = await desk([], { ...options, channels: [broken] }, { store, clock });
  const b = await desk([], { ...options, channels: [whole] }, { store, clock, worker: "b" });
  mine.symptoms = [wrong("a")];
  await a.told();
  await b.told();
  assertEquals(heads(whole.sent), ["opened a"]);
  await clock.advance(MINUTE);
  await a.told();
  assertEquals([broken.tries, a.alerter.wakes], [1, Infinity]);
});

Deno.test("an episode that was over before its channel came back is told whole, in order", async () => {
  const mine = rule();
  const { told, channel, clock } = await desk([], { rules: [mine.rule] });
  channel.fault = "found nobody, wanted somebody";
  mine.symptoms = [wrong("a")];
  await told();
  mine.symptoms = [];
  await told();
  channel.fault = undefined;
  await clock.advance(10 * MINUTE);
  await told();
  assertEquals(heads(channel.sent), ["opened a", "closed a"]);
});

Deno.test("a channel that never answers is let go of after ten seconds", async () => {
  const mine = rule();
  const asked = Promise.withResolvers<AbortSignal>();
  const deaf: Channel = {
    name: "deaf",
    send(_message, signal) {
      asked.resolve(signal);
      return new Promise(() => {});
    },
  };
  const { alerter, clock, state, channel } = await desk([], { rules: [mine.rule], channels: [deaf] });
  mine.symptoms = [wrong("a")];
  await alerter.tick(signal);
  const given = await asked.promise;
  // Ticks do not wait for it.
  await alerter.tick(signal);
  assertEquals([given.aborted, channel.sent], [false, []]);
  await clock.advance(10 * SECOND);
  await alerter.close();
  assert(given.aborted);
  assertEquals(
    (await state.alerts.episodes(1))[0]!.deliveries[0]!.detail,
    "did not answer, wanted an answer within 10 s",
  );
});

Deno.test("where the lake lives faster than the machine, deliveries take the machine's time", async () => {
  const mine = rule();
  const machine = fakeClock(0);
  const channel = new MemoryChannel();
  channel.fault = "found nobody, wanted somebody";
  const options = { rules: [mine.rule], channels: [channel], speed: 360 };
  const { told, alerter, clock } = await desk([], options, { machine });
  mine.symptoms = [wrong("a")];
  await told();
  assertEquals(alerter.wakes - clock.now(), 360 * 5 * SECOND);
  await clock.advance(HOUR);
  await told();
  assertEquals(channel.tries, 1);
  await machine.advance(5 * SECOND);
  await told();
  assertEquals(channel.tries, 2);
});

Deno.test("two that tell of one lake deliver each message once", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON);
  const mine = rule();
  const channel = new MemoryChannel();
  const desks = await Promise.all(
    ["a", "b"].map((worker) =>
      desk([], { rules: [mine.rule], channels: [channel] }, { store, clock, worker })
    ),
  );
  const both = () => Promise.all(desks.map(({ alerter }) => alerter.settle(signal)));
  mine.symptoms = [wrong("a"), wrong("b"), wrong("c")];
  await both();
  assertEquals(heads(channel.sent).toSorted(), ["opened a", "opened b", "opened c"]);
  mine.symptoms = [wrong("b")];
  await both();
  assertEquals(heads(channel.sent).slice(3).toSorted(), ["closed a", "closed c"]);
});

Deno.test("a delivery that could not be noted is noted before the next, and is no second message", async () => {
  const mine = rule();
  let fails = true;
  const state = (real: State): State =>
    new Proxy(real, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== "alerts") return typeof value === "function" ? value.bind(target) : value;
        return new Proxy(target.alerts, {
          get: (alerts, name) =>
            name === "settle" && fails
              ? () => Promise.reject(new Error("the disk is full"))
              : Reflect.get(alerts, name).bind(alerts),
        });
      },
    });
  const { told, alerter, channel } = await desk([], { rules: [mine.rule] }, { state });
  mine.symptoms = [wrong("a"), wrong("b")];
  assertEquals(await told(), ["opened mine a: a is wrong"]);
  await assertRejects(() => alerter.tick(signal), Error, "the disk is full");
  fails = false;
  assertEquals(await told(), ["opened mine b: b is wrong"]);
  assertEquals(channel.tries, 2);
});

Deno.test("a source in trouble is asked at most once a minute whether it answers, by all together", async () => {
  const store = memoryStore();
  const clock = fakeClock(NOON);
  let [probes, answers] = [0, false];
  const probe = () => {
    probes++;
    return answers ? Promise.resolve(true) : Promise.reject(new Error("found nobody there"));
  };
  const one = asset({ key: "t/one", async *materialize() {} });
  const sources: { health: SourceHealth; asset: string; probe: () => Promise<boolean> }[] = [];
  const [a, b] = await Promise.all(
    ["a", "b"].map((worker) => desk([one], { sources }, { store, clock, worker })),
  );
  const health = new SourceHealth("api", a!.state.keyValue, clock);
  sources.push({ health, asset: "t/one", probe });
  const both = () => Promise.all([a!, b!].map(({ alerter }) => alerter.settle(signal)));
  await both();
  assertEquals([probes, await a!.open()], [0, []]);
  // One question that failed says nothing of the source: it is asked.
  await health.failed("found an error", false);
  await both();
  assertEquals([probes, await b!.open()], [1, ["source api"]]);
  assertEquals(iso(a!.alerter.wakes), "2024-02-01T12:01:00Z");
  await clock.advance(MINUTE - 1);
  await both();
  assertEquals(probes, 1);
  await clock.advance(1);
  await both();
  assertEquals(probes, 2);
  answers = true;
  await clock.advance(MINUTE);
  await both();
  assertEquals([probes, await a!.open()], [3, []]);
  await clock.advance(HOUR);
  await both();
  assertEquals(probes, 3);
  // A clock that was set back does not keep it from being asked.
  answers = false;
  await health.failed("found an error", false);
  await both();
  const earlier = new SourceHealth("api", a!.state.keyValue, fakeClock(NOON - HOUR));
  await earlier.probe(probe, signal);
  assertEquals(probes, 5);
});

Deno.test("a source that does not answer a probe in time is down; one that could not be asked is not", async () => {
  const one = asset({ key: "t/one", async *materialize() {} });
  let answer: () => Promise<boolean> = () => Promise.resolve(false);
  const sources: { health: SourceHealth; asset: string; probe: () => Promise<boolean> }[] = [];
  const { alerter, state, clock, open } = await desk([one], { sources });
  const health = new SourceHealth("api", state.keyValue, clock);
  sources.push({ health, asset: "t/one", probe: () => answer() });
  await health.failed("found an error", false);
  await alerter.settle(signal);
  assertEquals((await health.trouble())?.isDown, false);
  const asked = Promise.withResolvers<void>();
  answer = () => {
    asked.resolve();
    return new Promise(() => {});
  };
  await clock.advance(MINUTE);
  await alerter.tick(signal);
  await asked.promise;
  await clock.advance(20 * SECOND);
  await alerter.tick(signal);
  assertEquals(await open(), ["source api"]);
  assertEquals((await health.trouble())?.message, "probing api: no answer, wanted one within 20 s");
  await alerter.close();
});

Deno.test("one question that failed while others are answered is no trouble of the source", async () => {
  const { state, clock } = await desk([]);
  const [mine, others] = [1, 2].map(() => new SourceHealth("api", state.keyValue, clock));
  await mine!.answered();
  await others!.failed("found an error", false);
  await mine!.answered();
  assertEquals((await mine!.trouble())?.isDown, false);
  await clock.advance(10 * SECOND);
  await mine!.answered();
  assertEquals(await others!.trouble(), null);
});
