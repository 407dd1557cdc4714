import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Our algorithm: counts in memory, and what an entry changes in the store, which Kafka keeps. */
final class Heap implements Processor<String, Entry, String, String> {
    private final Map<String, List<Quota>> quotas;
    private final Progress progress;
    private final Map<String, Standings> standings = new HashMap<>();
    private ProcessorContext<String, String> context;
    private KeyValueStore<String, State> store;

    Heap(Map<String, List<Quota>> quotas, Progress progress) {
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
        Standings counted = standings.computeIfAbsent(quota.code, code -> load(quota));
        List<Crossing> crossings = counted.apply(record.value());
        for (Posting posting : record.value().postings()) {
            if (quota.counts(posting)) {
                keep(quota, posting.unit(), counted);
                store.put(quota.code, new State(counted.total(), 0));
            }
        }
        for (Crossing crossing : crossings) {
            keep(quota, crossing.unit(), counted);
            context.forward(record.withValue(crossing.json(record.value())));
        }
    }

    private void keep(Quota quota, String unit, Standings counted) {
        store.put(quota.code + "/" + unit, counted.state(unit));
    }

    private Standings load(Quota quota) {
        long total = State.orNone(store.get(quota.code)).credited();
        return new Standings(quota, total, unit -> State.orNone(store.get(quota.code + "/" + unit)));
    }
}
