import * as kinds from "../../event_rows.ts";
import { DAMAGED, EXPIRED, STANDS, WIPED } from "../../../../core/mod.ts";

/** The columns of events as they come. */
const GIVEN = `AS x(
  n int, kind int, asset int, run bigint, at bigint, first bigint, last bigint, code int, read bigint, version text,
  member text, edges text, body text, passed int, failed int, of bigint, damaged int, paths json
)`;

/** Of commits: one call, which is one transaction. */
export const COMMITS = `
  -- Stores materializations of partitions that differ, all at once. head: the number that theirs are counted from.
  CREATE FUNCTION append_materialized(head bigint, given json) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO events (seq, kind, asset, run, at, first, code, read, version, member, edges, previous)
      SELECT head + x.n, x.kind, x.asset, x.run, x.at, x.first, x.code, x.read, x.version, decode(x.member, 'hex'),
        decode(x.edges, 'hex'),
        (SELECT p.seq FROM partitions p WHERE p.asset = x.asset AND p.partition = x.first AND p.status <> ${WIPED})
      FROM json_to_recordset(given) ${GIVEN};
    -- A wipe has no version, so that what comes after it differs.
    INSERT INTO partitions AS p (asset, partition, seq, changed, status, passed, failed)
      SELECT x.asset, x.first, head + x.n, head + x.n, ${STANDS}, x.passed, x.failed
      FROM json_to_recordset(given) ${GIVEN}
      ON CONFLICT (asset, partition) DO UPDATE SET
        changed = CASE
          WHEN (SELECT e.version FROM events e WHERE e.seq = p.seq) = (SELECT e.version FROM events e WHERE e.seq = excluded.seq)
          THEN p.changed ELSE excluded.seq
        END,
        seq = excluded.seq, status = ${STANDS}, passed = excluded.passed, failed = excluded.failed;
    INSERT INTO places
      SELECT DISTINCT path, x.asset, x.first
      FROM json_to_recordset(given) ${GIVEN}, json_array_elements_text(x.paths) path
      ON CONFLICT DO NOTHING;
  END $$;

  -- Stores an event of another kind.
  CREATE FUNCTION append_other(head bigint, given json) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE x record; seq_ bigint; last_ bigint;
  BEGIN
    SELECT * INTO x FROM json_to_recordset(given) ${GIVEN};
    seq_ := head + x.n;
    last_ := coalesce(x.last, x.first);
    INSERT INTO events (seq, kind, asset, run, at, first, last)
      VALUES (seq_, x.kind, x.asset, x.run, x.at, x.first, x.last);
    CASE x.kind
      WHEN ${kinds.WIPED} THEN
        UPDATE partitions SET status = ${WIPED}, seq = seq_, changed = seq_, passed = 0, failed = 0
          WHERE asset = x.asset AND partition BETWEEN x.first AND last_ AND status <> ${WIPED};
      WHEN ${kinds.EXPIRED} THEN
        UPDATE partitions SET status = ${EXPIRED}
          WHERE asset = x.asset AND partition BETWEEN x.first AND last_ AND status IN (${STANDS}, ${DAMAGED});
      WHEN ${kinds.CHECKED} THEN
        UPDATE partitions SET passed = x.passed, failed = x.failed,
          status = CASE WHEN status = ${EXPIRED} THEN status ELSE coalesce(x.damaged, status) END
          WHERE asset = x.asset AND partition = x.first AND seq = x.of AND status <> ${WIPED};
      ELSE
        PERFORM add_mark(x.asset, x.kind, seq_, x.first, last_);
    END CASE;
  END $$;

  -- The files that publications under a claim would name and that are other partitions'.
  CREATE FUNCTION taken_places(token_ bigint, asset_ int, given json) RETURNS json LANGUAGE plpgsql AS $$
  BEGIN
    RETURN (SELECT json_agg(json_build_object('partition', x.partition, 'path', path, 'asset', o.asset, 'by', o.partition)
      ORDER BY x.n, place)
    FROM json_to_recordset(given) AS x(n int, partition bigint, paths json)
      CROSS JOIN json_array_elements_text(x.paths) WITH ORDINALITY AS w(path, place)
      CROSS JOIN LATERAL (
        SELECT l.asset, l.partition, 0 AS rank
          FROM places l JOIN partitions p ON p.asset = l.asset AND p.partition = l.partition JOIN details d ON d.seq = p.seq
          WHERE l.path = w.path AND NOT (l.asset = asset_ AND l.partition = x.partition) AND p.status IN (${STANDS}, ${DAMAGED})
            AND EXISTS (SELECT 1 FROM json_array_elements(d.body::json -> 'files') f WHERE f ->> 'path' = w.path)
        UNION ALL
        SELECT c.asset, i.partition, 1
          FROM intent_places i JOIN claims c ON c.token = i.token
          WHERE i.path = w.path AND i.token <> token_
        ORDER BY rank LIMIT 1
      ) o
    WHERE NOT (o.asset = asset_ AND o.partition = x.partition));
  END $$;

  CREATE FUNCTION commit_events(
    self bigint, token_ bigint, lead_ text, number_ bigint, groups text, trims text, runs_ text, count_ int,
    intents_ text, over text, step_ text, release boolean
  ) RETURNS json LANGUAGE plpgsql AS $$
  DECLARE asset_ int; head bigint; taken json; g record; t record;
  BEGIN
    IF lead_ IS NOT NULL THEN PERFORM require_lead(self, lead_, number_); END IF;
    IF token_ IS NULL THEN
      PERFORM require_life(self);
    ELSE
      -- The row is held until the end: nobody takes the claim over meanwhile.
      SELECT c.asset INTO asset_ FROM claims c WHERE c.token = token_ AND c.worker = self FOR UPDATE;
      IF NOT FOUND OR NOT lives(self) THEN RETURN '{"status":"superseded"}'; END IF;
    END IF;
    IF count_ > 0 OR intents_ IS NOT NULL THEN
      SELECT seq INTO head FROM counter FOR UPDATE;
    ELSE
      SELECT seq INTO head FROM counter;
    END IF;
    IF intents_ IS NOT NULL THEN
      taken := taken_places(token_, asset_, intents_::json);
      IF taken IS NOT NULL THEN RETURN json_build_object('status', 'taken', 'places', taken); END IF;
    END IF;
    IF count_ > 0 THEN
      FOR g IN SELECT value AS given, (value -> 0 ->> 'kind')::int AS kind FROM json_array_elements(groups::json) LOOP
        INSERT INTO details SELECT head + x.n, x.body FROM json_to_recordset(g.given) ${GIVEN} WHERE x.body IS NOT NULL;
        IF g.kind = ${kinds.MATERIALIZED} THEN PERFORM append_materialized(head, g.given);
        ELSE PERFORM append_other(head, g.given);
        END IF;
      END LOOP;
      FOR t IN SELECT * FROM json_to_recordset(trims::json) AS x(asset int, first bigint, last bigint) LOOP
        PERFORM trim_marks(t.asset, t.first, t.last);
      END LOOP;
      UPDATE counter SET seq = head + count_;
      UPDATE runs SET last = head + count_
        WHERE last IS NOT NULL AND id IN (SELECT r::bigint FROM json_array_elements_text(runs_::json) r);
      PERFORM tell();
    END IF;
    IF over IS NOT NULL THEN
      DELETE FROM intents i WHERE i.token = token_
        AND i.partition IN (SELECT p::bigint FROM json_array_elements_text(over::json) p);
      DELETE FROM intent_places i WHERE i.token = token_
        AND i.partition IN (SELECT p::bigint FROM json_array_elements_text(over::json) p);
    END IF;
    IF intents_ IS NOT NULL THEN
      DELETE FROM intent_places i WHERE i.token = token_
        AND i.partition IN (SELECT x.partition FROM json_to_recordset(intents_::json) AS x(partition bigint));
      INSERT INTO intents SELECT DISTINCT ON (x.partition) token_, x.partition, x.body
        FROM json_to_recordset(intents_::json) AS x(n int, partition bigint, body text) ORDER BY x.partition, x.n DESC
        ON CONFLICT (token, partition) DO UPDATE SET body = excluded.body;
      INSERT INTO intent_places SELECT DISTINCT path, token_, x.partition
        FROM json_to_recordset(intents_::json) AS x(partition bigint, paths json), json_array_elements_text(x.paths) path
        ON CONFLICT DO NOTHING;
    END IF;
    IF step_ IS NOT NULL THEN
      INSERT INTO steps SELECT * FROM json_populate_record(NULL::steps, step_::json)
        ON CONFLICT (run, step) DO UPDATE SET asset = excluded.asset, first = excluded.first, last = excluded.last,
          started = excluded.started, ended = excluded.ended, outcome = excluded.outcome,
          materialized = excluded.materialized, failed = excluded.failed;
    END IF;
    IF token_ IS NOT NULL AND release THEN PERFORM release_claim(self, token_, step_ IS NOT NULL); END IF;
    RETURN json_build_object('status', 'committed', 'seq', head + count_);
  END $$;
`;
