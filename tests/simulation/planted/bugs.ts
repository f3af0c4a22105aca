import type { Planted } from "./plant.ts";

/** Ways in which the engine could be wrong; the simulator's rules must find each. */
export const PLANTED: readonly Planted[] = [
  {
    name: "a rollback takes the last materialization but one, whatever its version",
    file: "core/run/rollback.ts",
    find: "history.find(({ dataVersion }) => dataVersion !== current.event.dataVersion)",
    replace: "history[1]",
  },
  {
    name: "a rollback forgets the files that only the present version has",
    file: "core/run/rollback.ts",
    find: "for (const { path } of gone) replacements",
    replace: "for (const { path } of gone.slice(gone.length)) replacements",
  },
  {
    name: "the time of a source's answer is ignored",
    file: "core/run/publish.ts",
    find: "at: asOf ?? at,",
    replace: "at: asOf === undefined ? at : at,",
  },
  {
    name: "force holds for the first step only",
    file: "core/run/triage.ts",
    find: "const wanted = normalize(judge.wanted(node, ranges));",
    replace:
      "const wanted = normalize(judge.wanted(node, ranges)); if (wanted.length > 0) Object.assign(judge, { force: false });",
  },
  {
    name: "what was granted is not judged anew",
    file: "core/run/scheduler.ts",
    find: "if (seq !== session.index.seq) await refresh(session);",
    replace: "if (seq < 0) await refresh(session);",
  },
  {
    name: "recovery clears what a running run has staged",
    file: "core/run/recover.ts",
    find: "if (!isOpen(run?.run)) ",
    replace: "if (run !== null) ",
  },
  {
    name: "retention deletes the files before their mark",
    file: "core/run/prune.ts",
    find:
      "// First the mark, then the files: a reader never meets a partition that promises files that are gone.",
    replace: "await publisher.remove(records.flatMap(filesOf));",
  },
  {
    name: "partitions that come to exist are not noticed",
    file: "core/staleness/passing.ts",
    find: "if (was?.to === is?.to) continue;",
    replace: "if (was !== null || is === null) continue;",
  },
  {
    name: "the count of sound members never falls",
    file: "core/staleness/soundness.ts",
    find: "reader.ready[row] = reader.ready[row]! + step;",
    replace: "reader.ready[row] = reader.ready[row]! + Math.max(step, 0);",
  },
  {
    name: "members that do not exist are counted as ready",
    file: "core/staleness/readiness.ts",
    find: "return sound === count(members);",
    replace: `let all = 0;
    for (const { from, to } of edge.mapping.members(partition, index.now)) {
      edge.up.rows.each(from, to, (chunk, i) => all += chunk.sound[i] === 1 && chunk.status[i] === STANDS ? 1 : 0);
    }
    return all >= count(members);`,
  },
  {
    name: "a publication is put back by whoever lost its claim",
    file: "core/run/replace.ts",
    find: "await commit(session, { claim: token, events: [] });",
    replace: "",
  },
  {
    name: "a file that cannot be put in place takes its whole batch with it",
    file: "core/run/replace.ts",
    find: "if (intents.length === 1) return new Map([[intents[0]!, cause]]);",
    replace: "return new Map(intents.map((each) => [each, cause]));",
  },
  {
    name: "what cannot be put in place is not put back",
    file: "core/run/replace.ts",
    find: "if (failures.size > 0) await putBack",
    replace: "if (failures.size < 0) await putBack",
  },
  {
    name: "an intent leaves out the outputs without files",
    file: "core/run/publish.ts",
    find: "await replace(session, claim.token, intents)",
    replace: `{
      ...await replace(session, claim.token, intents.filter(({ replacements }) => replacements.length > 0)),
      placed: events,
    }`,
  },
  {
    name: "inputs that move while they are read go unnoticed",
    file: "core/run/inputs.ts",
    find: "if (edge.slot >= 0 && moved) {",
    replace: "if (edge.slot >= 0 && moved && this.read < 0) {",
  },
  {
    name: "a commit under a claim that passed on is taken for done",
    file: "core/run/session.ts",
    find:
      'if (committed.status === "superseded") throw new SupersededError("the claim passed to another worker");',
    replace: 'if (committed.status === "superseded") return;',
  },
  {
    name: "what a source owes is forgotten",
    file: "core/staleness/effects.ts",
    find: "return due.add(event);",
    replace: "return;",
  },
  {
    name: "what read a wiped partition does not hear of it",
    file: "core/staleness/effects.ts",
    find: "soundness.replaceMember(node, chunk, i, ordinal, new Uint32Array(LIMBS), -1);",
    replace: "",
  },
  {
    name: "an answer from a time that has not come is believed",
    file: "core/staleness/index.ts",
    find: "chunk.at[i]! > this.clock",
    replace: "chunk.at[i]! > Infinity",
  },
  {
    name: "what a blocking check refuses is published",
    file: "core/run/publish.ts",
    find: "const passed = drafts.filter(({ checks }) => blocking(checks).length === 0);",
    replace: "const passed = drafts;",
  },
  {
    name: "a rollback records the inputs of its own day",
    file: "core/run/rollback.ts",
    find: "edges: inputs.sums(partition),",
    replace: "",
  },
  {
    name: "what a dead worker had begun is put back and not forgotten",
    file: "core/run/recover.ts",
    find: "reverted.push(intent.event.partition);",
    replace: "",
  },
  {
    name: "what is staged is not synced",
    file: "adapters/object_store/local/publisher.ts",
    find: "const found = written ?? await digest(file);\n          await file.sync();",
    replace: "const found = written ?? await digest(file);",
    lake: "on disk",
  },
  {
    name: "what is put in place is not synced",
    file: "adapters/object_store/local/publisher.ts",
    find: "await this.#folder.syncEntriesOf(batch.map(({ final }) => final));",
    replace: "",
    lake: "on disk",
  },
  {
    name: "what is kept is not synced",
    file: "adapters/object_store/local/publisher.ts",
    find: "await this.#folder.syncEntriesOf(kept);",
    replace: "",
    lake: "on disk",
  },
  {
    name: "a version that is put back is not synced",
    file: "adapters/object_store/local/publisher.ts",
    find: "using file = await Deno.open(this.#folder.at(temporary));\n      await file.sync();",
    replace: "",
    lake: "on disk",
  },
  {
    name: "what checks find damaged stays fresh",
    file: "core/staleness/effects.ts",
    find: "chunk.status[i] = damaged ? DAMAGED : STANDS;",
    replace: "",
  },
  {
    name: "a damaged file is not put in place anew when its version stays the same",
    file: "core/run/publish.ts",
    find: "mayStay && !before.some((file) => lost.has(file));",
    replace: "mayStay;",
  },
  {
    name: "bytes that are not those of the version are kept as it",
    file: "adapters/object_store/local/publisher.ts",
    find: ": await this.#holds(final, standing.hash);",
    replace: ": true;",
    lake: "on disk",
  },
  {
    name: "answers are not kept",
    file: "sources/openaq/answers.ts",
    find: "await putPage(this.#parts.spool, answer, page);",
    replace: "",
  },
  {
    name: "answers that others keep are forgotten",
    file: "sources/openaq/answers.ts",
    find: "answer.askedAt >= now - KEPT_FOR && wanted",
    replace: "answer.askedAt >= now && wanted",
  },
  {
    name: "answers are forgotten before their hours are published",
    file: "sources/openaq/history.ts",
    find: "yield { ranges: group,",
    replace: "await answers.stand(group);\n      yield { ranges: group,",
  },
  {
    name: "an answer of a time that has not come is taken from those kept",
    file: "sources/openaq/answers.ts",
    find: "stored.filter(({ askedAt }) => askedAt <= begun)",
    replace: "stored.filter(({ askedAt }) => askedAt <= Infinity)",
    first: 5_000,
  },
  {
    name: "what is recorded counts as answered when it was begun",
    file: "sources/openaq/history.ts",
    find: "oldestAnswer(tracks, hullOf(group).to) ?? begun",
    replace: "Math.max(parts.clock.now(), oldestAnswer(tracks, hullOf(group).to) ?? begun)",
  },
  {
    name: "the pace lets one more through",
    file: "sources/openaq/starts.ts",
    find: "total >= most; i++",
    replace: "total > most; i++",
  },
  {
    name: "two processes count one start",
    file: "sources/openaq/pace.ts",
    find: "if (await kv.put(KEY, next, found?.version ?? 0)) return undefined;",
    replace: "await kv.put(KEY, next, found?.version ?? 0);\n      return undefined;",
  },
  {
    name: "patience is measured by the wall clock",
    file: "sources/openaq/requester.ts",
    find: "const { clock, log, pace, random } = this.#options;",
    replace: `const { log, pace, random } = this.#options;
    const clock = { ...this.#options.clock, awake: this.#options.clock.now };`,
  },
  {
    name: "a sensor that is set aside owes nothing",
    file: "sources/openaq/sensor_queue.ts",
    find: "await setAside(kv, sensor.id, owed, error.message, clock.now());",
    replace: "",
  },
  {
    name: "an hour takes its last rows from an answer of yesterday",
    file: "sources/openaq/track.ts",
    find: ".length > 0 ? next : next - HOUR;",
    replace: ".length >= 0 ? next : next - HOUR;",
  },
  {
    name: "a slot is leaked when its worker dies",
    file: "adapters/state/memory/pools.ts",
    find: "claim.pool === pool && claim.worker?.alive",
    replace: "claim.pool === pool",
    seeds: 500,
  },
  {
    name: "a key runs twice where its run has ended",
    file: "adapters/state/memory/queue.ts",
    find: "if (known !== undefined) {",
    replace: "if (known !== undefined && this.#store.runs[known.run - 1]!.worker !== null) {",
    seeds: 500,
  },
  {
    name: "the rest of a step that gave way is forgotten",
    file: "core/run/step.ts",
    find: "return this.#isPutOff ? this.#remaining : [];",
    replace: "return [];",
    seeds: 500,
  },
  {
    name: "a queued run is taken by two",
    file: "adapters/state/memory/queue.ts",
    find: 'first.record = { ...first.record, status: "running", started: at };',
    replace: "first.record = { ...first.record, started: at };",
  },
  {
    name: "a tick is lost as another takes over: it counts as done before its run is asked for",
    file: "core/automation/schedule_ticker.ts",
    find:
      "const { run, isNew } = await state.enqueue(traceable(this.#over.session, request), now);\n    await keep(due.at, run);",
    replace:
      "await keep(due.at);\n    const { run, isNew } = await state.enqueue(traceable(this.#over.session, request), now);",
    lake: "with daemons",
  },
  {
    name: "what a sensor found is lost: its cursor moves before its runs are asked for",
    file: "core/automation/sensor_ticker.ts",
    find: "const queued = [];",
    replace: "await keep(sensed.cursor ?? kept?.cursor, 0);\n      const queued = [];",
    lake: "with daemons",
  },
  {
    name: "an alert is doubled: who looks beside another begins the same episode",
    file: "adapters/state/memory/alerts.ts",
    find: "other.key === key || other.closed === null && other.rule === rule && other.subject === subject",
    replace: "other.key === key",
    lake: "with daemons",
  },
  {
    name: "a message that somebody is delivering is delivered by another, too",
    file: "adapters/state/memory/alerts.ts",
    find: "owed.filter(({ next }) => !next.worker?.alive && !resting.includes(next.id))",
    replace: "owed.filter(({ next }) => !resting.includes(next.id))",
    lake: "with daemons",
  },
  {
    name: "a mark is trimmed too early: once any of its partitions was made",
    file: "core/staleness/marks.ts",
    find: "replace(pieces!, { from: partition, to: partition }, []);",
    replace: "replace(pieces!, piece, []);",
    lake: "with daemons",
  },
  {
    name: "a backfill ends before all of its batches were asked for",
    file: "core/backfill/ticker.ts",
    find: "if (open === 0 && next.length === 0) {",
    replace: "if (open === 0 && batches.some(({ run }) => run !== null)) {",
    lake: "with daemons",
  },
  {
    name: "a worker goes on with code that is no longer registered",
    file: "core/run/triage.ts",
    find: "if (isBehind(node)) {",
    replace: "if (node.order < 0) {",
  },
  {
    name: "other code that is registered makes nothing stale",
    file: "core/staleness/index.ts",
    find: "node.present = { codeId, record };",
    replace: "",
  },
];
