/** A signed change of a unit's people. */
record Posting(String unit, String programme, long persons) {}
