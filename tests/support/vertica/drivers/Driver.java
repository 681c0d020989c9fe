import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.Properties;

/** What the cases share: connections, and outcomes as JSON. */
class Driver {
  /** A case; its outcome is JSON. */
  interface Case {
    String run() throws Exception;
  }

  interface Action {
    void run() throws Exception;
  }

  /** Carries an error that was expected to the one place that shows it. */
  static class Failed extends Exception {
    Failed(SQLException error) {
      super(error);
    }
  }

  static String host, port, user, password, database;

  static void show(String name, Case test) {
    String outcome;
    try {
      outcome = "\"result\":" + test.run();
    } catch (Failed failed) {
      SQLException error = (SQLException) failed.getCause();
      outcome = "\"error\":{\"sqlstate\":" + json(error.getSQLState()) + ",\"code\":"
          + error.getErrorCode() + ",\"message\":" + json(error.getMessage()) + "}";
    } catch (Throwable error) {
      outcome = "\"broke\":" + json(error.toString());
    }
    System.out.println("{\"case\":" + json(name) + "," + outcome + "}");
  }

  static Connection open() throws SQLException {
    return open(host);
  }

  static Connection open(String at, String... options) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", user);
    properties.put("password", password);
    properties.put("TLSmode", "disable");
    properties.put("LoginTimeout", "10");
    for (int i = 0; i < options.length; i += 2) properties.put(options[i], options[i + 1]);
    return DriverManager.getConnection("jdbc:vertica://" + at + ":" + port + "/" + database,
        properties);
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static String rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return rows(statement.executeQuery(sql));
    }
  }

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

  static Failed errorOf(Action action) throws Exception {
    try {
      action.run();
    } catch (SQLException error) {
      return new Failed(error);
    }
    throw new IllegalStateException("There was no error");
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
