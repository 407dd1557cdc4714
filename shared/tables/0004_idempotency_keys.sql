-- First answers of accepted requests, so that a repeat has one effect and the same answer.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE idempotency_keys (
    client text NOT NULL,
    key text NOT NULL,
    target text NOT NULL,
    body_digest bytea NOT NULL,
    status smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    answered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client, target, key)
);

-- Keys older than the promised 30 days are swept in order of age.
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (answered_at);

DO $$ BEGIN
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON idempotency_keys TO %I', current_schema());
END $$;
