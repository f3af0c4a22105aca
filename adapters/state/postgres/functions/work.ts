/** Of workers and their leases, locks, and runs. */
export const WORK = `
  -- The instant by which leases are judged.
  CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    RETURN floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint + (SELECT ahead FROM moment);
  END $$;

  CREATE FUNCTION lives(worker_ bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
  BEGIN
    RETURN EXISTS (SELECT 1 FROM workers w WHERE w.id = worker_ AND w.until > now_ms());
  END $$;

  -- Held until the transaction ends: one at a time, of this schema, has it.
  CREATE FUNCTION hold(what text) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || what, 0));
  END $$;

  -- Tells those who follow of a further event or run.
  CREATE FUNCTION tell() RETURNS void LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    PERFORM pg_notify('airgraph ' || current_schema(), '');
  END $$;

  CREATE FUNCTION require_life(self bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    IF NOT lives(self) THEN RAISE EXCEPTION 'the lease ran out' USING ERRCODE = 'AG002'; END IF;
  END $$;

  -- Keeps the lead from passing on until the transaction ends.
  CREATE FUNCTION require_lead(self bigint, name_ text, number_ bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM 1 FROM leads l WHERE l.name = name_ AND l.number = number_ AND l.worker = self FOR SHARE;
    IF NOT FOUND OR NOT lives(self) THEN
      RAISE EXCEPTION 'the lead passed on' USING ERRCODE = 'AG001';
    END IF;
  END $$;

  -- A run as it stands: one whose worker is no more is queued again or interrupted, whether or not anybody noted it yet.
  CREATE VIEW standing_runs AS
    SELECT r.*, CASE
      WHEN r.status <> 'running' OR lives(r.worker) THEN r.status
      WHEN r.deaths IS NULL THEN 'interrupted'
      WHEN r.cancelled THEN 'cancelled'
      ELSE 'queued'
    END AS stands
    FROM runs r;

  CREATE FUNCTION add_run(
    status_ text, worker_ bigint, at_ bigint, request_ text, priority_ int, command_ text, parent_ bigint, backfill_ text,
    assets_ text, deaths_ int
  ) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE id_ bigint; head bigint;
  BEGIN
    -- So that the greatest number is the newest run's.
    PERFORM hold('runs');
    IF worker_ IS NOT NULL THEN PERFORM require_life(worker_); END IF;
    SELECT seq INTO head FROM counter;
    INSERT INTO runs (status, worker, started, after, request, priority, command, parent, backfill, deaths, seen)
      VALUES (status_, worker_, at_, head, request_, priority_, command_, parent_, backfill_, deaths_, head)
      RETURNING id INTO id_;
    INSERT INTO run_assets SELECT DISTINCT a, id_ FROM json_array_elements_text(assets_::json) a;
    PERFORM tell();
    RETURN id_;
  END $$;

  CREATE FUNCTION log_lines(run_ bigint, lines text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM hold('log ' || run_);
    INSERT INTO logs
      SELECT run_, (SELECT coalesce(max(l.line), 0) FROM logs l WHERE l.run = run_) + x.n, x.step, x.at, x.level, x.message,
        x.fields
      FROM json_to_recordset(lines::json) AS x(n int, step int, at bigint, level text, message text, fields text);
  END $$;
`;
