import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** As the documentation shows state: all of it in the store, and a loop over a Land's units. */
final class Loop implements Processor<String, Entry, String, String> {
    private final Map<String, List<Quota>> quotas;
    private final Progress progress;
    private ProcessorContext<String, String> context;
    private KeyValueStore<String, State> store;

    Loop(Map<String, List<Quota>> quotas, Progress progress) {
        this.quotas = quotas;
        this.progress = progress;
    }

    @Override
    public void init(ProcessorContext<String, String> given) {
        context = given;
        store = given.getStateStore(Main.STORE);
    }

    @Override
    public void process(Record<String, Entry> record) {
        progress.begin();
        for (Quota quota : quotas.get(record.value().land())) {
            apply(quota, record);
        }
        progress.count();
    }

    private void apply(Quota quota, Record<String, Entry> record) {
        long total = get(quota.code).credited();
        for (Posting posting : record.value().postings()) {
            if (quota.counts(posting)) {
                State state = get(key(quota, posting.unit()));
                long credited = state.credited() + posting.persons();
                store.put(key(quota, posting.unit()), new State(credited, state.standing()));
                total += posting.persons();
            }
        }
        store.put(quota.code, new State(total, 0));
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
            store.put(key(quota, unit), new State(state.credited(), standing));
            Crossing crossing = new Crossing(quota, unit, state.standing(), standing, balance);
            context.forward(record.withValue(crossing.json(record.value())));
        }
    }

    private State get(String key) {
        return State.orNone(store.get(key));
    }

    private static String key(Quota quota, String unit) {
        return quota.code + "/" + unit;
    }
}
