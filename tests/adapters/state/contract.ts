import { describeBackfills } from "./contract_backfills.ts";
import { describeActs } from "./contract_acts.ts";
import { describeAlerts } from "./contract_alerts.ts";
import { describeClaims } from "./contract_claims.ts";
import { describeCodes } from "./contract_codes.ts";
import { describeEvents } from "./contract_events.ts";
import { describeFollowing } from "./contract_following.ts";
import { describeLeads } from "./contract_leads.ts";
import { describePools } from "./contract_pools.ts";
import { describeQueue } from "./contract_queue.ts";
import { describeQuestions } from "./contract_questions.ts";
import { describeRecords } from "./contract_records.ts";
import { describeTicks } from "./contract_ticks.ts";
import type { Harness } from "./harness.ts";

/** The contract of every state. */
export function stateContract(name: string, open: () => Promise<Harness>): void {
  describeEvents(name, open);
  describeClaims(name, open);
  describeCodes(name, open);
  describeRecords(name, open);
  describeQuestions(name, open);
  describeQueue(name, open);
  describePools(name, open);
  describeBackfills(name, open);
  describeTicks(name, open);
  describeFollowing(name, open);
  describeLeads(name, open);
  describeAlerts(name, open);
  describeActs(name, open);
}
