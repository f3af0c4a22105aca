import { DAY, type Instant, iso } from "../instant.ts";
import type { EpisodeFilter, EpisodeRecord } from "../ports/alerts.ts";

/** An episode with its messages, as `alerts --json` has it. */
export function episodeJson(
  { key, rule, subject, severity, message, opened, closed, deliveries }: EpisodeRecord,
) {
  return {
    key,
    rule,
    subject,
    severity,
    message,
    opened: iso(opened),
    closed: closed === null ? null : iso(closed),
    deliveries: deliveries.map(({ channel, at, outcome }) => ({
      channel,
      at: at === null ? null : iso(at),
      outcome,
    })),
  };
}

/** The episodes that go on, and those that ended within a week. */
export function recentEpisodes(now: Instant): EpisodeFilter {
  return { since: now - 7 * DAY };
}
