/** Each brings the store from one version to the next; what has been released is never changed. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  CREATE TABLE preset (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    recipe TEXT NOT NULL,
    position INTEGER NOT NULL
  ) STRICT
  `,
  `
  CREATE TABLE batch (
    id TEXT PRIMARY KEY,
    -- Who works on it, or did.
    run TEXT NOT NULL,
    started_ms INTEGER NOT NULL,
    recipe TEXT NOT NULL,
    recipe_hash TEXT NOT NULL,
    -- working, ended, undoing
    state TEXT NOT NULL,
    -- Summed up at its end.
    done INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    waiting INTEGER NOT NULL DEFAULT 0,
    bytes_in INTEGER NOT NULL DEFAULT 0,
    bytes_out INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX batch_by_start ON batch (started_ms);
  -- What was dropped or named, to be walked again where the walk did not come to its end.
  CREATE TABLE intake (
    batch TEXT NOT NULL REFERENCES batch (id),
    number INTEGER NOT NULL,
    offered TEXT NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (batch, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE job (
    batch TEXT NOT NULL REFERENCES batch (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    root TEXT,
    -- waiting, running, done, failed, skipped, cancelled
    state TEXT NOT NULL DEFAULT 'waiting',
    identity TEXT,
    bytes INTEGER,
    format TEXT,
    pixels INTEGER,
    -- Where its output goes, and so its temporary files.
    folder TEXT,
    output TEXT,
    why TEXT,
    PRIMARY KEY (batch, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX job_by_identity ON job (identity) WHERE state = 'done';
  CREATE TABLE attempt (
    batch TEXT NOT NULL,
    job INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    error TEXT,
    PRIMARY KEY (batch, job, attempt)
  ) STRICT, WITHOUT ROWID;
  -- about, committed, set-aside
  CREATE TABLE output (
    temporary TEXT PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES batch (id),
    job INTEGER NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    format TEXT NOT NULL,
    kept_original INTEGER NOT NULL,
    identity TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'about'
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX output_by_identity ON output (identity);
  CREATE INDEX output_by_batch ON output (batch, job);
  -- Looked for at every start, and nearly always none.
  CREATE INDEX output_about ON output (temporary) WHERE state = 'about';
  -- about, kept, restored, dropped
  CREATE TABLE backup (
    temporary TEXT PRIMARY KEY REFERENCES output (temporary),
    original TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ms REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'about'
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX backup_by_state ON backup (state)
  `,
  `
  -- Which later run settles an output that its own left about; no other touches it while that one goes on.
  ALTER TABLE output ADD COLUMN settler TEXT
  `,
  `
  -- It does also what was done before.
  ALTER TABLE batch ADD COLUMN insist INTEGER NOT NULL DEFAULT 0;
  -- Batches come in the order of their rowid: a clock may be set back.
  DROP INDEX batch_by_start;
  -- The order in which backups were made, and when the clock said that was.
  ALTER TABLE backup ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE backup ADD COLUMN made_ms INTEGER NOT NULL DEFAULT 0;
  UPDATE backup SET number = made.number, made_ms = made.ms
  FROM (
    SELECT temporary, row_number() OVER (ORDER BY batch.rowid, output.job) AS number, batch.started_ms AS ms
    FROM backup JOIN output USING (temporary) JOIN batch ON batch.id = output.batch
  ) AS made
  WHERE made.temporary = backup.temporary;
  CREATE INDEX backup_by_number ON backup (number);
  -- An identity without its device, whose number may be another after a restart of the computer.
  DROP INDEX job_by_identity;
  CREATE INDEX job_by_file ON job (substr(identity, instr(identity, ':') + 1)) WHERE state = 'done';
  DROP INDEX output_by_identity;
  CREATE INDEX output_by_file ON output (substr(identity, instr(identity, ':') + 1));
  CREATE INDEX output_by_bytes ON output (bytes)
  `,
];
