import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** What the sums need of a ledger entry, read from its event without making anything else. */
record Entry(String land, long sequence, List<Posting> postings) {
    private static final JsonFactory JSON = new JsonFactory();

    static Entry decode(byte[] event) {
        try (JsonParser parser = JSON.createParser(event)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                boolean isData = parser.currentName().equals("data");
                parser.nextToken();
                if (isData) {
                    return data(parser);
                }
                parser.skipChildren();
            }
            throw new IllegalArgumentException("an event without data");
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private static Entry data(JsonParser parser) throws IOException {
        String land = null;
        long sequence = 0;
        List<Posting> postings = new ArrayList<>(2);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "land" -> land = parser.getText();
                case "sequence" -> sequence = parser.getLongValue();
                case "postings" -> {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        postings.add(posting(parser));
                    }
                }
                default -> parser.skipChildren();
            }
        }
        return new Entry(land, sequence, postings);
    }

    private static Posting posting(JsonParser parser) throws IOException {
        String unit = null;
        String programme = null;
        long persons = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "unit" -> unit = parser.getText();
                case "programme" -> programme = parser.getText();
                case "persons" -> persons = parser.getLongValue();
                default -> parser.skipChildren();
            }
        }
        return new Posting(unit, programme, persons);
    }
}
