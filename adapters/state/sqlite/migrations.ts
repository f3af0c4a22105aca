/**
 * The steps of the schema: a state of version n has had the first n.
 *
 * Integer keys stand for assets and code records, `first` and `last` for a range of ordinals (`last` null: just one),
 * `took` for milliseconds since `started`. What is empty is null, so that a bare materialization stays small.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE assets (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    partitions TEXT NOT NULL,
    code INTEGER
  ) STRICT;

  CREATE TABLE codes (
    id INTEGER PRIMARY KEY,
    asset INTEGER NOT NULL,
    version TEXT NOT NULL,
    edges TEXT NOT NULL,
    UNIQUE (asset, version, edges)
  ) STRICT;

  -- previous: the materialization before, since the partition was last wiped.
  -- version: 16 bytes where the data version is 32 hex digits, else its text.
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    asset INTEGER NOT NULL,
    run INTEGER,
    at INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER,
    code INTEGER,
    read INTEGER,
    previous INTEGER,
    version ANY,
    member BLOB,
    edges BLOB
  ) STRICT;

  -- Apart from the events, so that loading the versions of a lake reads no file lists.
  CREATE TABLE details (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;

  CREATE TABLE partitions (
    asset INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    status INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (asset, partition)
  ) STRICT, WITHOUT ROWID;

  -- Failures and due marks that still speak of some partition, by the event that made them.
  CREATE TABLE marks (
    asset INTEGER NOT NULL,
    first INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    last INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    PRIMARY KEY (asset, first, seq)
  ) STRICT, WITHOUT ROWID;

  -- What many partitions come to, packed, as of an event: made when it was read, to be read again at once.
  CREATE TABLE packs (asset INTEGER PRIMARY KEY, seq INTEGER NOT NULL, body BLOB NOT NULL) STRICT;

  CREATE TABLE workers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL
  ) STRICT;

  -- worker: null once it was released with publications still open.
  CREATE TABLE claims (
    token INTEGER PRIMARY KEY AUTOINCREMENT,
    asset INTEGER NOT NULL,
    run INTEGER NOT NULL,
    worker INTEGER,
    ranges TEXT NOT NULL
  ) STRICT;

  CREATE TABLE intents (
    token INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (token, partition)
  ) STRICT, WITHOUT ROWID;

  -- after, last: the run's events lie between these numbers (last null: up to the end). worker: null once it has ended.
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    status INTEGER NOT NULL,
    worker INTEGER,
    started INTEGER NOT NULL,
    took INTEGER,
    after INTEGER NOT NULL,
    last INTEGER,
    request TEXT NOT NULL,
    summary TEXT
  ) STRICT;
  CREATE INDEX running ON runs (worker) WHERE worker IS NOT NULL;

  CREATE TABLE steps (
    run INTEGER NOT NULL,
    step INTEGER NOT NULL,
    asset INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER,
    started INTEGER NOT NULL,
    took INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    materialized INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (run, step)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE logs (
    run INTEGER NOT NULL,
    line INTEGER NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    level INTEGER NOT NULL,
    message TEXT NOT NULL,
    fields TEXT,
    PRIMARY KEY (run, line)
  ) STRICT, WITHOUT ROWID;

  -- The version of a value is never given twice, even if its key was deleted in between.
  CREATE TABLE key_values (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- lock: the file that a worker holds a lock on for as long as it lives. Those of before had none.
  DELETE FROM workers;
  ALTER TABLE workers RENAME COLUMN started TO lock;
  `,
  `
  -- The paths that partitions' files ever had, to know whose file one is: those of what stands count.
  CREATE TABLE places (
    path TEXT NOT NULL,
    asset INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    PRIMARY KEY (path, asset, partition)
  ) STRICT, WITHOUT ROWID;
  INSERT OR IGNORE INTO places
    SELECT f.value ->> 'path', p.asset, p.partition
    FROM partitions p CROSS JOIN details d ON d.seq = p.seq CROSS JOIN json_each(d.body, '$.files') f
    WHERE p.status IN (1, 4)
    ORDER BY 1;
  `,
  `
  -- step, started: of the step that began with the claim; as long as it is at work, this is its record.
  ALTER TABLE claims ADD COLUMN step INTEGER;
  ALTER TABLE claims ADD COLUMN started INTEGER;
  `,
  `
  -- What partitions come to, in blocks of neighbouring ordinals, each as of an event. packed: that of an asset's oldest
  -- block; what happened since is read one by one. Before, an asset was one pack.
  DROP TABLE packs;
  CREATE TABLE packs (
    asset INTEGER NOT NULL,
    block INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (asset, block)
  ) STRICT;
  CREATE TABLE packed (asset INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
    `,
  `
  -- deaths: how many workers of a run died in a row, since event \`seen\`; null of a run that nobody queued.
  -- cancelled: 1 once somebody asked for its end.
  ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN deaths INTEGER;
  ALTER TABLE runs ADD COLUMN seen INTEGER;
  ALTER TABLE runs ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX queued ON runs (priority DESC, id) WHERE status = 5;
  -- Kept when their runs are not.
  CREATE TABLE run_keys (key TEXT PRIMARY KEY, run INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- pool: of the slot that the claim has. waits: runs that wait for one.
  ALTER TABLE claims ADD COLUMN pool TEXT;
  CREATE TABLE waits (
    pool TEXT NOT NULL,
    run INTEGER NOT NULL,
    worker INTEGER NOT NULL,
    PRIMARY KEY (pool, run, worker)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- ended: null while it is running or paused. run: of the batch, once it is queued; ranges: its partitions by key.
  CREATE TABLE backfills (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    status INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    request TEXT NOT NULL
  ) STRICT;
  CREATE TABLE backfill_batches (
    backfill INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    run INTEGER,
    ranges TEXT NOT NULL,
    PRIMARY KEY (backfill, batch)
  ) STRICT;
  CREATE INDEX backfill_runs ON backfill_batches (run) WHERE run IS NOT NULL;
  `,
  `
  -- Of a name's ticks that were skipped only the last is kept. outcome: 0 requested, 1 skipped, 2 failed.
  CREATE TABLE ticks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    detail TEXT NOT NULL,
    runs TEXT
  ) STRICT;
  CREATE INDEX ticks_of ON ticks (name, number);
  CREATE UNIQUE INDEX skipped ON ticks (name) WHERE outcome = 1;
  -- place: in the order in which they came, with gaps; 2^52 of an asset's last, where that led to no run.
  CREATE TABLE evaluations (
    asset TEXT NOT NULL,
    place INTEGER NOT NULL,
    at INTEGER NOT NULL,
    run INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (asset, place)
  ) STRICT;
  `,
  `
  -- worker: the one that has the lead in something; one that is no more has it no longer.
  CREATE TABLE leads (name TEXT PRIMARY KEY, worker INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- closed: null as long as it goes on.
  CREATE TABLE episodes (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    severity INTEGER NOT NULL,
    message TEXT NOT NULL,
    opened INTEGER NOT NULL,
    closed INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX open_episodes ON episodes (rule, subject) WHERE closed IS NULL;
  -- tried: when it was last. tries: how often in vain. worker: who is delivering it.
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    episode INTEGER NOT NULL,
    channel TEXT NOT NULL,
    event INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    message TEXT NOT NULL,
    tried INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    fault TEXT,
    delivered INTEGER NOT NULL DEFAULT 0,
    worker INTEGER,
    UNIQUE (episode, channel, event)
  ) STRICT;
  CREATE INDEX owed ON outbox (channel, tries, id) WHERE delivered = 0;
  `,
  `
  CREATE INDEX events_of ON events (asset, seq);
  -- The assets that runs cover.
  CREATE TABLE run_assets (asset TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (asset, run)) STRICT, WITHOUT ROWID;
  INSERT INTO run_assets
    SELECT DISTINCT coalesce(r.value ->> 'asset', runs.request ->> '$.asset'), runs.id
    FROM runs LEFT JOIN json_each(runs.request, '$.ranges') r
    WHERE coalesce(r.value ->> 'asset', runs.request ->> '$.asset') IS NOT NULL;
  CREATE INDEX run_children ON runs (request ->> '$.parent') WHERE request ->> '$.parent' IS NOT NULL;
  `,
  `
  -- worker: 0 where nobody has it any more. number: greater whenever it passes on. beats, at: how many signs of life who
  -- has it gave, and when the last was. deposed: workers that lost a lead as they gave none, since when.
  ALTER TABLE leads ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE leads ADD COLUMN beats INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE leads ADD COLUMN at INTEGER;
  CREATE TABLE deposed (
    name TEXT NOT NULL,
    worker INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (name, worker)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Runs are counted by how they stand.
  CREATE INDEX counted ON runs (status) WHERE worker IS NULL;
  `,
  `
  -- asked: when somebody last asked by the key, to the day; of those of before it is not known.
  ALTER TABLE run_keys ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
  UPDATE run_keys SET asked = max(
    CAST(unixepoch('subsec') * 1000 AS INTEGER),
    (SELECT coalesce(max(started), 0) FROM runs)
  );
  `,
  `
  -- note: what others are to know of who leads, as JSON. yields: 1 where it is left to who asks and does not yield.
  ALTER TABLE leads ADD COLUMN note TEXT NOT NULL DEFAULT 'null';
  ALTER TABLE leads ADD COLUMN yields INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- Of what was asked for over the web. role: null, or 0 read, 1 operate. outcome: 0 done, 1 refused, 2 failed.
  CREATE TABLE acts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    role INTEGER,
    address TEXT NOT NULL,
    act TEXT NOT NULL,
    detail TEXT NOT NULL,
    outcome INTEGER NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX acts_at ON acts (at);
  `,
  `
  -- The events of one partition are found without reading those of its asset.
  DROP INDEX events_of;
  CREATE INDEX events_of ON events (asset, seq, first, last);
  `,
  `
  -- Runs and episodes are counted by when they began.
  CREATE INDEX begun ON runs (started, status, worker);
  CREATE INDEX opened ON episodes (opened, rule, severity);
  `,
  `
  -- What was checked again is found by partition.
  CREATE INDEX checked ON events (asset, first, seq) WHERE kind = 4;
  -- Runs of other commands are found among the many that materialize.
  CREATE INDEX commands ON runs (request ->> '$.command') WHERE request ->> '$.command' <> 'materialize';
  `,
  `
  -- Which steps were begun before a worker took their run is told by their numbers: clocks may differ.
  ALTER TABLE runs ADD COLUMN steps_before INTEGER NOT NULL DEFAULT 0;
  UPDATE runs SET steps_before = (
    SELECT coalesce(max(step), 0) FROM steps WHERE run = runs.id AND steps.started < runs.started
  ) WHERE id IN (SELECT run FROM steps WHERE outcome = 4);
  `,
];
