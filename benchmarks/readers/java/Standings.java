import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * One quota in memory, as our own service counts it: a standing holds on one interval of the total,
 * so whoever crosses next is on top of a heap, and nobody else is looked at.
 */
final class Standings {
    private static final class Unit {
        final String code;
        final long weight;
        long credited;
        int standing;
        int stamp;

        Unit(String code, long weight, State state) {
            this.code = code;
            this.weight = weight;
            this.credited = state.credited();
            this.standing = state.standing();
        }
    }

    /** The total at which a unit's standing ends; stale once the unit has another stamp. */
    private record Bound(long total, Unit unit, int stamp) {}

    private final Quota quota;
    private final Map<String, Unit> units = new HashMap<>();
    private final PriorityQueue<Bound> upper =
            new PriorityQueue<>((left, right) -> Long.compare(left.total, right.total));
    private final PriorityQueue<Bound> lower =
            new PriorityQueue<>((left, right) -> Long.compare(right.total, left.total));
    private long total;

    Standings(Quota quota, long total, Function<String, State> kept) {
        this.quota = quota;
        this.total = total;
        quota.weights.forEach((code, weight) -> units.put(code, new Unit(code, weight, kept.apply(code))));
        units.values().forEach(this::bound);
    }

    long total() {
        return total;
    }

    State state(String code) {
        Unit unit = units.get(code);
        return new State(unit.credited, unit.standing);
    }

    /** Count an entry; the crossings that it makes, by unit. */
    List<Crossing> apply(Entry entry) {
        TreeSet<String> moved = new TreeSet<>();
        for (Posting posting : entry.postings()) {
            if (quota.counts(posting)) {
                units.get(posting.unit()).credited += posting.persons();
                total += posting.persons();
                moved.add(posting.unit());
            }
        }
        moved.forEach(code -> bound(units.get(code)));
        for (Bound top = upper.peek(); top != null && top.total <= total; top = upper.peek()) {
            take(upper.poll(), moved);
        }
        for (Bound top = lower.peek(); top != null && top.total >= total; top = lower.peek()) {
            take(lower.poll(), moved);
        }
        List<Crossing> found = new ArrayList<>(2);
        moved.forEach(code -> cross(units.get(code), found));
        return found;
    }

    private static void take(Bound bound, TreeSet<String> moved) {
        if (bound.stamp == bound.unit.stamp) {
            moved.add(bound.unit.code);
        }
    }

    private void cross(Unit unit, List<Crossing> found) {
        long balance = unit.credited * quota.whole - unit.weight * total;
        long reach = quota.tolerance * quota.whole;
        int standing = balance >= reach ? 1 : balance <= -reach ? -1 : 0;
        if (standing != unit.standing) {
            found.add(new Crossing(quota, unit.code, unit.standing, standing, balance));
            unit.standing = standing;
            bound(unit);
        }
    }

    /** Over up to the total L, under from the total U on, on quota in between. */
    private void bound(Unit unit) {
        unit.stamp++;
        long lowest = Math.floorDiv((unit.credited - quota.tolerance) * quota.whole, unit.weight);
        long highest = -Math.floorDiv(-(unit.credited + quota.tolerance) * quota.whole, unit.weight);
        if (unit.standing >= 0) {
            long ends = unit.standing > 0 ? lowest + 1 : highest;
            upper.add(new Bound(ends, unit, unit.stamp));
        }
        if (unit.standing <= 0) {
            long ends = unit.standing < 0 ? highest - 1 : lowest;
            lower.add(new Bound(ends, unit, unit.stamp));
        }
    }
}
