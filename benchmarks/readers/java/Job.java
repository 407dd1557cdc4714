import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What to read, from where, and where crossings go: as the benchmark writes it in words. */
record Job(Map<String, String> words) {
    static Job of(String[] arguments) {
        Map<String, String> words = new HashMap<>();
        for (int at = 0; at < arguments.length; at += 2) {
            words.put(arguments[at].substring(2), arguments[at + 1]);
        }
        return new Job(words);
    }

    String word(String name) {
        return words.get(name);
    }

    Path quotas() {
        return Path.of(words.get("quotas"));
    }

    long events() {
        return Long.parseLong(words.get("events"));
    }

    boolean hasHeap() {
        return words.get("algorithm").equals("heap");
    }

    /** Whether the whole topic is read once before the clock runs, by another group. */
    boolean isWarmedUp() {
        return words.get("warm").equals("yes");
    }

    Job warmUp() {
        Map<String, String> other = new HashMap<>(words);
        other.put("group", words.get("group") + ".warm");
        other.put("crossings", words.get("crossings") + ".warm");
        return new Job(other);
    }
}
