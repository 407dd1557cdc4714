-- People by day at some places of a Land's past: those of any other entry are near one of them.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE day_snapshots (
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL CHECK (sequence >= 1),
    -- The Land's rebuilds when this was summed: what was summed before the last one is not used.
    rebuilds bigint NOT NULL CHECK (rebuilds >= 0),
    -- How many units, programmes and days there are.
    places bigint NOT NULL CHECK (places >= 0),
    days bytea NOT NULL,
    PRIMARY KEY (land, sequence, rebuilds)
);

ALTER TABLE day_snapshots ENABLE ROW LEVEL SECURITY;
ALTER TABLE day_snapshots FORCE ROW LEVEL SECURITY;
CREATE POLICY of_lands ON day_snapshots USING (land = ANY((SELECT reach())::text[]));

GRANT SELECT, INSERT, DELETE ON day_snapshots TO quota;
