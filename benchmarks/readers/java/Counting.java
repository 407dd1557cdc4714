import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Counts every entry in each quota of its Land; the store has each total, and what a unit has. */
abstract class Counting implements Processor<String, Entry, String, String> {
    private final Map<String, List<Quota>> quotas;
    private final Progress progress;
    private ProcessorContext<String, String> context;
    private KeyValueStore<String, State> store;

    Counting(Map<String, List<Quota>> quotas, Progress progress) {
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

    /** Counts one entry in one quota, and tells its crossings. */
    abstract void apply(Quota quota, Record<String, Entry> record);

    final void tell(Crossing crossing, Record<String, Entry> record) {
        context.forward(record.withValue(crossing.json(record.value())));
    }

    final State get(String key) {
        return State.orNone(store.get(key));
    }

    final void put(String key, State state) {
        store.put(key, state);
    }

    static String key(Quota quota, String unit) {
        return quota.code + "/" + unit;
    }
}
