import { CronerCron } from "../../../adapters/cron/croner/cron.ts";
import { cronContract } from "./contract.ts";

cronContract("croner", () => new CronerCron());
