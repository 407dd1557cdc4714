-- Files that were imported, by digest, so that the same file twice is recognised.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE imports (
    digest text PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{64}$'),
    client text NOT NULL,
    placements integer NOT NULL CHECK (placements >= 1),
    imported_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON imports TO admissions;
