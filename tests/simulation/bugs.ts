import type { Commit, MaterializationRecord } from "../../core/ports/state.ts";
import type { AssetEvent } from "../../core/event.ts";
import { over } from "./ports.ts";
import type { Bug } from "./world.ts";

/** Eight ways to be wrong, each by ports that do not do what they should; every one must be found. */
export const BUGS: readonly Bug[] = [
  {
    name: "what another worker holds is claimed all the same",
    state: (state) => {
      const stolen = new Set<number>();
      let next = -1;
      return over(state, {
        async claim(run, asset, ranges) {
          const answer = await state.claim(run, asset, ranges);
          if (answer.held.length === 0) return answer;
          if (answer.granted !== undefined) await state.release(answer.granted.token);
          stolen.add(next);
          return { granted: { token: next--, ranges, seq: 0 }, held: [] };
        },
        commit: (commit) =>
          state.commit(stolen.has(commit.claim ?? 0) ? { claim: null, events: commit.events } : commit),
      });
    },
  },
  {
    name: "a file is published before it is audited",
    publisher: (publisher, { lake }) =>
      over(publisher, {
        async measure(batch) {
          const measured = await publisher.measure(batch);
          for (const each of batch) {
            const content = "temporary" in each ? lake.read(each.temporary) : undefined;
            if (content === undefined) continue;
            lake.changing(each.final, content);
            lake.write(each.final, content);
          }
          return measured;
        },
      }),
  },
  {
    name: "one event of a commit is dropped",
    state: (state) =>
      over(state, {
        async commit(commit) {
          const committed = await state.commit({ ...commit, events: commit.events.slice(0, -1) });
          return committed.status === "committed" && commit.events.length > 0
            ? { ...committed, seq: committed.seq + 1 }
            : committed;
        },
      }),
  },
  {
    name: "an input rebuilt to the same content counts as changed",
    state: (state) => {
      const other = (event: AssetEvent): AssetEvent =>
        event.kind === "materialized" ? { ...event, member: marked(event.member, event.seq) } : event;
      return over(state, {
        since: async (seq, limit) => (await state.since(seq, limit)).map(other),
      });
    },
  },
  {
    name: "a commit under a claim that was lost is accepted",
    state: (state) =>
      over(state, {
        async commit(commit) {
          const committed = await state.commit(commit);
          return committed.status === "committed"
            ? committed
            : await state.commit({ ...bare(commit), claim: null });
        },
      }),
  },
  {
    name: "publishing begins without its intent",
    state: (state) => over(state, { commit: (commit) => state.commit({ ...commit, intents: [] }) }),
  },
  {
    name: "what the dead had begun is given up without being settled",
    state: (state) => {
      const open = new Map<number, number[]>();
      return over(state, {
        async recover(at) {
          const adopted = await state.recover(at);
          for (const { token, intents } of adopted) {
            open.set(
              token,
              intents.map(({ event }) => event.partition),
            );
          }
          return adopted.map((each) => ({ ...each, intents: [] }));
        },
        commit: (commit) =>
          state.commit({
            ...commit,
            reverted: [...commit.reverted ?? [], ...open.get(commit.claim ?? -1) ?? []],
          }),
      });
    },
  },
  {
    name: "what stands is answered as it was when it was last asked for",
    state: (state) => {
      const last = new Map<string, readonly MaterializationRecord[]>();
      return over(state, {
        async materializations(asset, ranges) {
          const key = JSON.stringify([asset, ranges]);
          const now = await state.materializations(asset, ranges);
          const before = last.get(key) ?? now;
          last.set(key, now);
          return before;
        },
      });
    },
  },
];

function bare({ events, step }: Commit): Pick<Commit, "events" | "step"> {
  return { events, ...(step && { step }) };
}

function marked(member: Uint8Array, seq: number): Uint8Array {
  const other = member.slice();
  other[0] = seq;
  return other;
}
