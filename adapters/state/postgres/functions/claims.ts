/** Of claims and of slots of pools. */
export const CLAIMS = `
  -- The steps that began with claims and have not ended, as rows of steps.
  CREATE VIEW steps_at_work AS
    SELECT run, step, asset, lower(ranges) AS first, upper(ranges) - 1 AS last, started, NULL::bigint AS ended,
      'running' AS outcome, 0::bigint AS materialized, 0::bigint AS failed
    FROM claims WHERE step IS NOT NULL;

  -- Keeps the records of steps whose claims are about to end without a word of them.
  CREATE FUNCTION keep_steps(token_ bigint, run_ bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO steps SELECT * FROM steps_at_work s
      WHERE (s.run, s.step) IN (
        SELECT c.run, c.step FROM claims c WHERE (token_ IS NULL OR c.token = token_) AND (run_ IS NULL OR c.run = run_)
      )
    ON CONFLICT DO NOTHING;
  END $$;

  -- The living workers' claims that have a slot of a pool, by token.
  CREATE FUNCTION slot_holders(pool_ text) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT c.run FROM claims c WHERE c.pool = pool_ AND lives(c.worker) ORDER BY c.token
  $$;

  -- The runs of higher priority that wait for a pool.
  CREATE FUNCTION slot_waiters(run_ bigint, pool_ text) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT w.run FROM waits w JOIN runs r ON r.id = w.run
    WHERE w.pool = pool_ AND lives(w.worker)
      AND r.priority > coalesce((SELECT o.priority FROM runs o WHERE o.id = run_), 0)
    ORDER BY w.run, w.worker
  $$;

  CREATE FUNCTION claim_ranges(
    self bigint, run_ bigint, asset_ int, wanted int8multirange, step_ int, started_ bigint, pool_ text, most int
  ) RETURNS json LANGUAGE plpgsql AS $$
  DECLARE held json; free int8multirange; taken int8multirange; ahead bigint[]; token_ bigint;
  BEGIN
    PERFORM hold('asset ' || asset_);
    PERFORM require_life(self);
    SELECT
      json_agg(json_build_object('run', c.run, 'abandoned', NOT lives(c.worker), 'ranges', (c.ranges * wanted)::text)
        ORDER BY c.token),
      range_agg(c.ranges)
    INTO held, taken FROM claims c WHERE c.asset = asset_ AND c.ranges && wanted;
    free := wanted - coalesce(taken, '{}');
    IF pool_ IS NOT NULL THEN
      PERFORM hold('pool ' || pool_);
      DELETE FROM waits WHERE pool = pool_ AND run = run_ AND worker = self;
    END IF;
    IF isempty(free) THEN RETURN json_build_object('held', held); END IF;
    IF pool_ IS NOT NULL THEN
      ahead := ARRAY(SELECT slot_holders(pool_)) || ARRAY(SELECT slot_waiters(run_, pool_));
      IF cardinality(ahead) >= most THEN
        INSERT INTO waits (pool, run, worker) VALUES (pool_, run_, self);
        RETURN json_build_object('held', held, 'full', ahead[1]);
      END IF;
    END IF;
    INSERT INTO claims (asset, run, worker, ranges, step, started, pool)
      VALUES (asset_, run_, self, free, step_, started_, pool_) RETURNING token INTO token_;
    RETURN json_build_object(
      'held', held, 'token', token_, 'ranges', free::text, 'seq', (SELECT seq FROM counter)
    );
  END $$;

  -- told: whether its step has been recorded.
  CREATE FUNCTION release_claim(self bigint, token_ bigint, told boolean) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM 1 FROM claims c WHERE c.token = token_ AND c.worker = self FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    IF NOT told THEN PERFORM keep_steps(token_, NULL); END IF;
    IF EXISTS (SELECT 1 FROM intents i WHERE i.token = token_) THEN
      UPDATE claims SET worker = NULL WHERE token = token_;
    ELSE
      DELETE FROM claims WHERE token = token_;
    END IF;
  END $$;

  -- Ends what a run holds, whoever holds it.
  CREATE FUNCTION free_run(run_ bigint, at_ bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM 1 FROM claims c WHERE c.run = run_ ORDER BY c.token FOR UPDATE;
    PERFORM keep_steps(NULL, run_);
    UPDATE claims SET worker = NULL WHERE run = run_;
    DELETE FROM claims c WHERE c.run = run_ AND NOT EXISTS (SELECT 1 FROM intents i WHERE i.token = c.token);
    DELETE FROM waits WHERE run = run_;
    UPDATE runs SET status = 'interrupted', worker = NULL, ended = at_ WHERE id = run_ AND worker IS NOT NULL;
  END $$;

  -- Gives up what a worker has. whole: also claims under which publications are open, and its life.
  CREATE FUNCTION leave(self bigint, whole boolean) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM release_claim(self, c.token, false) FROM claims c
      WHERE c.worker = self AND (whole OR NOT EXISTS (SELECT 1 FROM intents i WHERE i.token = c.token));
    UPDATE runs SET status = 'queued', worker = NULL WHERE worker = self AND deaths IS NOT NULL AND NOT cancelled;
    UPDATE leads SET worker = 0 WHERE worker = self;
    DELETE FROM deposed WHERE worker = self;
    IF whole THEN DELETE FROM workers WHERE id = self; END IF;
  END $$;

  -- Takes over every claim whose worker is no more.
  CREATE FUNCTION adopt_claims(self bigint) RETURNS SETOF claims LANGUAGE plpgsql AS $$
  DECLARE c claims; passed bigint;
  BEGIN
    FOR c IN SELECT * FROM claims o WHERE o.worker IS NULL OR NOT lives(o.worker) ORDER BY o.token FOR UPDATE LOOP
      PERFORM keep_steps(c.token, NULL);
      passed := nextval(pg_get_serial_sequence('claims', 'token'));
      UPDATE claims SET token = passed, worker = self, step = NULL, started = NULL, pool = NULL WHERE token = c.token;
      UPDATE intents SET token = passed WHERE token = c.token;
      UPDATE intent_places SET token = passed WHERE token = c.token;
      c.token := passed;
      RETURN NEXT c;
    END LOOP;
  END $$;
`;
