import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Record;

/** Our algorithm: counts in memory, and what an entry changes in the store, which Kafka keeps. */
final class Heap extends Counting {
    private final Map<String, Standings> standings = new HashMap<>();

    Heap(Map<String, List<Quota>> quotas, Progress progress) {
        super(quotas, progress);
    }

    @Override
    void apply(Quota quota, Record<String, Entry> record) {
        Standings counted = standings.computeIfAbsent(quota.code, code -> load(quota));
        List<Crossing> crossings = counted.apply(record.value());
        for (Posting posting : record.value().postings()) {
            if (quota.counts(posting)) {
                keep(quota, posting.unit(), counted);
                put(quota.code, new State(counted.total(), 0));
            }
        }
        for (Crossing crossing : crossings) {
            keep(quota, crossing.unit(), counted);
            tell(crossing, record);
        }
    }

    private void keep(Quota quota, String unit, Standings counted) {
        put(key(quota, unit), counted.state(unit));
    }

    private Standings load(Quota quota) {
        long total = get(quota.code).credited();
        return new Standings(quota, total, unit -> get(key(quota, unit)));
    }
}
