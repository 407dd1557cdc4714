import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Record;

/** As the documentation shows state: all of it in the store, and a loop over a Land's units. */
final class Loop extends Counting {
    Loop(Map<String, List<Quota>> quotas, Progress progress) {
        super(quotas, progress);
    }

    @Override
    void apply(Quota quota, Record<String, Entry> record) {
        long total = get(quota.code).credited();
        for (Posting posting : record.value().postings()) {
            if (quota.counts(posting)) {
                State state = get(key(quota, posting.unit()));
                long credited = state.credited() + posting.persons();
                put(key(quota, posting.unit()), new State(credited, state.standing()));
                total += posting.persons();
            }
        }
        put(quota.code, new State(total, 0));
        for (Map.Entry<String, Long> each : quota.weights.entrySet()) {
            look(quota, each.getKey(), each.getValue() * total, record);
        }
    }

    private void look(Quota quota, String unit, long target, Record<String, Entry> record) {
        State state = get(key(quota, unit));
        long balance = state.credited() * quota.whole - target;
        long reach = quota.tolerance * quota.whole;
        int standing = balance >= reach ? 1 : balance <= -reach ? -1 : 0;
        if (standing != state.standing()) {
            put(key(quota, unit), new State(state.credited(), standing));
            Crossing crossing = new Crossing(quota, unit, state.standing(), standing, balance);
            tell(crossing, record);
        }
    }
}
