import { definer, eager, graph as graphOf, schedule, sensor } from "../../core/mod.ts";

/** How often the bell was rung, and what the visitor brings. */
export const house = { rings: 0, brings: "" };

const { asset } = definer<unknown>();

const bell = asset({
  key: "house/bell",
  async *materialize() {
    await null;
    yield [{ partition: 0, dataVersion: `${house.rings++}` }];
  },
});
const door = asset({
  key: "house/door",
  automation: eager(),
  async *materialize() {
    await null;
    yield [{ partition: 0, dataVersion: "1" }];
  },
});

export const graph = graphOf([bell, door]);

export const schedules = [
  schedule({ name: "house/noon", cron: "0 12 * * *", timeZone: "Asia/Tokyo", selection: ["house/bell"] }),
];
export const sensors = [
  sensor({
    name: "house/visitor",
    every: { seconds: 1 },
    sense() {
      if (house.brings === "\x1b[31mtrouble") throw new Error(`found ${house.brings}`);
      return {
        requests: house.brings === "" ? [] : [{ key: house.brings, selection: ["house/bell"], force: true }],
      };
    },
  }),
];
