import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who shares out what: weights by unit, and the only programme that counts ("*": all). */
final class Quota {
    final String code;
    final String programme;
    final long tolerance;
    final TreeMap<String, Long> weights = new TreeMap<>();
    long whole;

    private Quota(String code, String programme, long tolerance) {
        this.code = code;
        this.programme = programme;
        this.tolerance = tolerance;
    }

    boolean counts(Posting posting) {
        return (programme.equals("*") || programme.equals(posting.programme()))
                && weights.containsKey(posting.unit());
    }

    /** The quotas of each Land, by code; a line holds land, quota, programme, tolerance, unit, weight. */
    static Map<String, List<Quota>> load(Path file) throws IOException {
        Map<String, TreeMap<String, Quota>> found = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] cells = line.split("\t");
            Quota quota = found.computeIfAbsent(cells[0], land -> new TreeMap<>())
                    .computeIfAbsent(cells[1], code -> new Quota(code, cells[2], Long.parseLong(cells[3])));
            long weight = Long.parseLong(cells[5]);
            quota.weights.put(cells[4], weight);
            quota.whole += weight;
        }
        Map<String, List<Quota>> quotas = new HashMap<>();
        found.forEach((land, byCode) -> quotas.put(land, List.copyOf(byCode.values())));
        return quotas;
    }
}
