/** A unit's change of standing; balances are persons × the sum of all weights. */
record Crossing(Quota quota, String unit, int before, int after, long balance) {
    private static final String[] STANDINGS = {"under", "on-quota", "over"};

    String json(Entry entry) {
        return "{\"land\":\"" + entry.land() + "\",\"ledger_sequence\":" + entry.sequence()
                + ",\"quota\":\"" + quota.code + "\",\"unit\":\"" + unit
                + "\",\"before\":\"" + STANDINGS[before + 1] + "\",\"after\":\"" + STANDINGS[after + 1]
                + "\",\"balance\":{\"exact\":\"" + exact() + "\"}}";
    }

    private String exact() {
        long divisor = gcd(Math.abs(balance), quota.whole);
        long below = quota.whole / divisor;
        return below == 1 ? Long.toString(balance / divisor) : balance / divisor + "/" + below;
    }

    private static long gcd(long left, long right) {
        return right == 0 ? left : gcd(right, left % right);
    }
}
