import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** What is kept of a unit: the people it is credited, and how it stands (−1 under, 1 over). */
record State(long credited, int standing) {
    static final State NONE = new State(0, 0);
    static final Serde<State> SERDE = Serdes.serdeFrom(
            (topic, state) -> state == null ? null
                    : ByteBuffer.allocate(9).putLong(state.credited).put((byte) state.standing).array(),
            (topic, bytes) -> bytes == null ? null
                    : new State(ByteBuffer.wrap(bytes).getLong(), bytes[8]));

    static State orNone(State state) {
        return state == null ? NONE : state;
    }
}
