-- How far each Land's crossings were applied: only the owner that knows this row goes on.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE positions (
    land text PRIMARY KEY CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL CHECK (sequence >= 0),
    fingerprint text NOT NULL,
    -- Why nothing more is applied until an operator rebuilds the Land; null while all is well.
    held text
);

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON positions TO %I', current_schema());
END $$;
