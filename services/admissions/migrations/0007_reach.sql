-- A transaction reads and writes what its caller reaches, whatever its statements ask for.
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

-- Which end a Land's ledger has, everybody must know who adds to it.
ALTER TABLE lands ENABLE ROW LEVEL SECURITY;
ALTER TABLE lands FORCE ROW LEVEL SECURITY;
CREATE POLICY lands_in_reach ON lands
USING (land = ANY(ARRAY(SELECT left(code, 2) FROM unnest(reach()) AS code)));

ALTER TABLE placements ENABLE ROW LEVEL SECURITY;
ALTER TABLE placements FORCE ROW LEVEL SECURITY;
-- Not asked once before all rows: then the planner knew nothing of it, and no index would do.
CREATE POLICY of_units ON placements
FOR SELECT USING (land = ANY(reach()) OR units && reach());
CREATE POLICY new_of_units ON placements
FOR INSERT WITH CHECK (
    land = ANY((SELECT reach())::text[]) OR unit = ANY((SELECT reach())::text[])
);
-- Whoever had the people may read on, but change nothing.
CREATE POLICY of_units_that_have_it ON placements
FOR UPDATE USING (land = ANY((SELECT reach())::text[]) OR unit = ANY((SELECT reach())::text[]));

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX placements_by_land ON placements (land);

ALTER TABLE entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE entries FORCE ROW LEVEL SECURITY;
CREATE POLICY of_lands_and_placements ON entries
FOR SELECT USING (
    land = ANY((SELECT reach())::text[])
    OR EXISTS (SELECT FROM placements AS p WHERE p.id = entries.placement)
);
CREATE POLICY new_of_lands_and_units ON entries
FOR INSERT WITH CHECK (
    land = ANY((SELECT reach())::text[])
    OR land = ANY(ARRAY(SELECT left(code, 2) FROM unnest(reach()) AS code)) AND EXISTS (
        SELECT FROM json_array_elements(postings) AS posting
         WHERE posting ->> 'unit' = ANY((SELECT reach())::text[])
    )
);

ALTER TABLE transfers ENABLE ROW LEVEL SECURITY;
ALTER TABLE transfers FORCE ROW LEVEL SECURITY;
CREATE POLICY of_both_units ON transfers
USING (land = ANY(reach()) OR from_unit = ANY(reach()) OR to_unit = ANY(reach()))
WITH CHECK (land = ANY(reach()) OR from_unit = ANY(reach()) OR to_unit = ANY(reach()));

-- Whoever brings a file is told that it was brought before, by whom ever.
ALTER TABLE imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE imports FORCE ROW LEVEL SECURITY;
CREATE POLICY of_all ON imports FOR SELECT USING (true);
CREATE POLICY new_of_client ON imports
FOR INSERT WITH CHECK (client = ANY(clients_in_reach()));

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY of_whole_lands ON api_keys USING (left(unit, 2) = ANY(reach()));
