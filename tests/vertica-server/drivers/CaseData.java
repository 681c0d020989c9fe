import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;

/** Data of the cases, and their results as JSON. */
final class CaseData {
  private CaseData() {}

  static String rows(ResultSet result) throws SQLException {
    StringBuilder out = new StringBuilder("[");
    int columns = result.getMetaData().getColumnCount();
    while (result.next()) {
      out.append(out.length() > 1 ? ",[" : "[");
      for (int i = 1; i <= columns; i++) {
        out.append(i > 1 ? "," : "").append(json(text(result.getObject(i))));
      }
      out.append("]");
    }
    return out.append("]").toString();
  }

  /** Values as text that does not depend on the driver's types. */
  static String text(Object value) {
    if (value == null) return null;
    if (value instanceof Timestamp) return value.toString().replaceFirst("\\.0$", "");
    return value.toString();
  }

  static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A source that fails when some of it was read. */
  static class Broken extends InputStream {
    private final InputStream source;

    Broken(InputStream source) {
      this.source = source;
    }

    @Override
    public int read() throws IOException {
      int next = source.read();
      if (next < 0) throw new IOException("the source broke");
      return next;
    }
  }

  static String json(String text) {
    if (text == null) return "null";
    StringBuilder out = new StringBuilder("\"");
    for (char character : text.toCharArray()) {
      if (character == '"' || character == '\\') out.append('\\').append(character);
      else if (character < ' ' || character > '~') out.append(String.format("\\u%04x", (int) character));
      else out.append(character);
    }
    return out.append("\"").toString();
  }
}
