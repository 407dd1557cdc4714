-- Keys of systems without an issuer; what is kept of a key itself is a digest under a secret.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

CREATE TABLE api_keys (
    -- UUIDv7: the order of ids is the order in which they were made.
    id uuid PRIMARY KEY,
    unit text NOT NULL,
    label text,
    scopes text [] NOT NULL CHECK (
        cardinality(scopes) > 0
        AND scopes <@ ARRAY['admissions:read', 'admissions:write', 'quota:read']
    ),
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
    last_used_at timestamptz,
    revoked_at timestamptz,
    -- HMAC-SHA-256 of the key.
    digest bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32)
);

GRANT SELECT, INSERT ON api_keys TO admissions;
GRANT UPDATE (last_used_at, revoked_at) ON api_keys TO admissions;
