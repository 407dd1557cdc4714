-- What changed of a Land's counts since its last snapshot, one packed row for each step, in place
-- of a row for each unit: a step writes as many rows whatever it moves.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';
-- The owner is bound by policies, too, and goes on from the counts of all Länder.
SET LOCAL hafenlotse.reach = '{01,02,03,04,05,06,07,08,09,10,11,12,13,14,15,16}';

-- First, as its lock is the strongest, and in the order in which a service that is still running
-- takes them: it counts nothing from here on.
LOCK TABLE scales, unit_counts, stretch_totals IN ACCESS EXCLUSIVE MODE;
-- What the policies would hide from the owner must not be lost.
ALTER TABLE scales NO FORCE ROW LEVEL SECURITY;
ALTER TABLE unit_counts NO FORCE ROW LEVEL SECURITY;
ALTER TABLE stretch_totals NO FORCE ROW LEVEL SECURITY;

CREATE TABLE count_changes (
    land text NOT NULL CHECK (land ~ '^[0-9]{2}$'),
    sequence bigint NOT NULL CHECK (sequence >= 0),
    definition bigint NOT NULL CHECK (definition >= 0),
    counts bytea NOT NULL,
    PRIMARY KEY (land, sequence, definition)
);
ALTER TABLE count_changes ALTER COLUMN counts SET STORAGE EXTERNAL;

-- All counts as they are now, as what changed last.
INSERT INTO count_changes (land, sequence, definition, counts)
SELECT land, sequence, definition, convert_to(of_land.counts::text, 'UTF8')
FROM positions
INNER JOIN (
    SELECT scales.land, json_object_agg(quota, json_build_object(
        'scale', scale, 'credited', coalesce(credited, '{}'::json),
        'totals', coalesce(totals, '{}'::json), 'standings', coalesce(standings, '{}'::json)
    )) AS counts
    FROM scales
    LEFT JOIN (
        SELECT quota, json_object_agg(unit, credited) AS credited,
            json_object_agg(unit, standing) AS standings
        FROM unit_counts GROUP BY quota
    ) AS of_units USING (quota)
    LEFT JOIN (
        SELECT quota, json_object_agg(
            CASE WHEN starts = '-infinity' THEN '0001-01-01' ELSE to_char(starts, 'YYYY-MM-DD') END,
            total
        ) AS totals
        FROM stretch_totals GROUP BY quota
    ) AS of_stretches USING (quota)
    GROUP BY scales.land
) AS of_land USING (land);

DO $$ BEGIN
    IF (SELECT count(*) FROM scales WHERE land IS NOT NULL) <> (
        SELECT count(*) FROM count_changes, json_object_keys(convert_from(counts, 'UTF8')::json)
    ) THEN
        RAISE EXCEPTION 'the counts of a quota are of no Land that can be reached';
    END IF;
END $$;

-- squawk-ignore ban-drop-table
DROP TABLE unit_counts, stretch_totals, scales;

ALTER TABLE count_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE count_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY of_lands ON count_changes USING (land = ANY((SELECT reach())::text[]));

GRANT SELECT, INSERT, DELETE ON count_changes TO quota;
