/** Of failures and due marks, kept only as long and as wide as they still say something. */
export const MARKS = `
  -- Takes the place of older marks of its kind that it covers.
  CREATE FUNCTION add_mark(asset_ int, kind_ int, seq_ bigint, from_ bigint, to_ bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM marks WHERE asset = asset_ AND kind = kind_ AND first >= from_ AND first <= to_ AND last <= to_;
    INSERT INTO marks (asset, first, seq, last, kind) VALUES (asset_, from_, seq_, to_, kind_);
  END $$;

  -- The first partition from one on, in steps of 1 or -1, that had no higher number than the mark since; one beyond the
  -- other end if there is none.
  CREATE FUNCTION beyond(asset_ int, seq_ bigint, from_ bigint, to_ bigint, step_ int) RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE at_ bigint := from_;
  BEGIN
    WHILE at_ * step_ <= to_ * step_
      AND EXISTS (SELECT 1 FROM partitions p WHERE p.asset = asset_ AND p.partition = at_ AND p.seq > seq_)
    LOOP
      at_ := at_ + step_;
    END LOOP;
    RETURN at_;
  END $$;

  -- Cuts off the ends of marks that partitions, just given a number, have left behind.
  CREATE FUNCTION trim_marks(asset_ int, from_ bigint, to_ bigint) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE m marks; first_ bigint; last_ bigint;
  BEGIN
    FOR m IN SELECT * FROM marks WHERE asset = asset_ AND first <= to_ AND last >= from_ LOOP
      first_ := beyond(asset_, m.seq, m.first, m.last, 1);
      last_ := CASE WHEN first_ > m.last THEN m.last ELSE beyond(asset_, m.seq, m.last, first_, -1) END;
      CONTINUE WHEN first_ = m.first AND last_ = m.last;
      DELETE FROM marks WHERE asset = asset_ AND first = m.first AND seq = m.seq;
      IF first_ <= last_ THEN
        INSERT INTO marks (asset, first, seq, last, kind) VALUES (asset_, first_, m.seq, last_, m.kind);
      END IF;
    END LOOP;
  END $$;
`;
