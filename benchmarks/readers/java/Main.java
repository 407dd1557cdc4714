import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/** Kafka Streams, exactly once, one thread: with its store and a loop, or with our heap. */
public final class Main {
    static final String STORE = "units";
    private static final int PARTITIONS = 16;

    private Main() {}

    /** Read until all was dealt with, or for so long as a slow reader is given. */
    public static void main(String[] arguments) throws Exception {
        Job job = Job.of(arguments);
        Map<String, List<Quota>> quotas = Quota.load(job.quotas());
        if (job.isWarmedUp()) {
            makeTopic(job.warmUp());
            run(job.warmUp(), quotas);
        }
        System.out.println(run(job, quotas));
    }

    private static String run(Job job, Map<String, List<Quota>> quotas) throws InterruptedException {
        Progress progress = new Progress(job.events());
        KafkaStreams streams = new KafkaStreams(topology(job, quotas, progress), settings(job));
        streams.start();
        progress.await();
        streams.close();
        return progress.figures();
    }

    private static Topology topology(Job job, Map<String, List<Quota>> quotas, Progress progress) {
        KeyValueBytesStoreSupplier kept = job.hasHeap()
                ? Stores.inMemoryKeyValueStore(STORE) : Stores.persistentKeyValueStore(STORE);
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(
                Stores.keyValueStoreBuilder(kept, Serdes.String(), State.SERDE).withCachingEnabled());
        var entries = Serdes.serdeFrom(
                (topic, entry) -> null, (topic, bytes) -> Entry.decode(bytes));
        builder.stream(job.word("topic"), Consumed.with(Serdes.String(), entries))
                .process(() -> job.hasHeap() ? new Heap(quotas, progress) : new Loop(quotas, progress), STORE)
                .to(job.word("crossings"), Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }

    private static Properties settings(Job job) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, job.word("group"));
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, job.word("bootstrap"));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, "state");
        settings.put("auto.offset.reset", "earliest");
        settings.put("session.timeout.ms", 10_000);
        return settings;
    }

    private static void makeTopic(Job job) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", job.word("bootstrap"));
        try (Admin admin = Admin.create(settings)) {
            NewTopic topic = new NewTopic(job.word("crossings"), PARTITIONS, (short) 1);
            admin.createTopics(Set.of(topic)).all().get();
        }
    }
}
