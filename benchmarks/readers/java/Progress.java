import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** How many events were dealt with, and since when; the first one starts the clock. */
final class Progress {
    private static final double SLOW_SECONDS = 10.0;
    private static final long SLOW_PER_SECOND = 20_000;
    private static final int LOOK_EVERY = 100;

    private record Mark(double seconds, long events) {}

    private final long until;
    private final CountDownLatch done = new CountDownLatch(1);
    private final List<Mark> marks = new ArrayList<>();
    private long begunAt;
    private long events;

    Progress(long until) {
        this.until = until;
    }

    void begin() {
        if (begunAt == 0) {
            begunAt = System.nanoTime();
        }
    }

    void count() {
        events++;
        if (done.getCount() > 0 && (events % LOOK_EVERY == 0 || events >= until)) {
            double seconds = (System.nanoTime() - begunAt) / 1e9;
            marks.add(new Mark(seconds, events));
            boolean isSlow = seconds > SLOW_SECONDS && events < SLOW_SECONDS * SLOW_PER_SECOND;
            if (events >= until || isSlow) {
                done.countDown();
            }
        }
    }

    void await() throws InterruptedException {
        done.await();
    }

    /** One line for the benchmark: events, seconds, speed of the second half. */
    String figures() {
        Mark last = marks.get(marks.size() - 1);
        Mark half = marks.stream().filter(mark -> mark.events * 2 >= last.events).findFirst().get();
        double warm = last.seconds > half.seconds
                ? (last.events - half.events) / (last.seconds - half.seconds) : 0;
        return String.format(Locale.ROOT, "{\"events\": %d, \"seconds\": %f, \"warm_per_second\": %f}",
                last.events, last.seconds, warm);
    }
}
