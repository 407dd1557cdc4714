-- The ledger of each Land: entries that are only ever added, and the row that knows its end.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Locked before a number is given, so that numbers have no gaps and follow the commits.
CREATE TABLE lands (
    land text PRIMARY KEY CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL DEFAULT 0 CHECK (sequence >= 0),
    hash text NOT NULL DEFAULT repeat('0', 64) CHECK (hash ~ '^[0-9a-f]{64}$'),
    -- The latest instant given out, to an entry or to an announced head: it never runs backwards.
    last_instant timestamptz NOT NULL DEFAULT 'epoch'
);

INSERT INTO lands (land) SELECT lpad(number::text, 2, '0') FROM generate_series(1, 16) AS number;

CREATE TABLE entries (
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL CHECK (sequence >= 1),
    -- Null for the first entry only, so the foreign key on it leaves no gap.
    previous_sequence bigint GENERATED ALWAYS AS (nullif(sequence - 1, 0)) STORED,
    type text NOT NULL CHECK (type IN ('recorded', 'corrected', 'withdrawn', 'transferred')),
    placement uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    corrects bigint CHECK (corrects < sequence),
    reason text CHECK (reason ~ '^[a-z]+(-[a-z]+)*$'),
    -- Not jsonb, which would change the order of the members that the feed shows.
    postings json NOT NULL CHECK (
        json_array_length(postings) >= 1
        AND NOT jsonb_path_exists(postings::jsonb, '$[*] ? (@.persons == 0)')
    ),
    previous_hash text NOT NULL CHECK (previous_hash ~ '^[0-9a-f]{64}$'),
    hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    PRIMARY KEY (land, sequence),
    FOREIGN KEY (land, previous_sequence) REFERENCES entries (land, sequence),
    FOREIGN KEY (land, corrects) REFERENCES entries (land, sequence),
    -- An entry is followed by one at most: the history of a placement has no forks.
    UNIQUE (land, corrects),
    CHECK ((type = 'recorded') = (corrects IS NULL)),
    CHECK ((type = 'recorded') = (reason IS NULL)),
    CHECK (sequence > 1 OR previous_hash = repeat('0', 64))
);

-- One placement with its entries.
CREATE INDEX entries_by_placement ON entries (placement, sequence);

GRANT SELECT, UPDATE ON lands TO admissions;
GRANT SELECT, INSERT ON entries TO admissions;
