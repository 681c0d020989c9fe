import com.vertica.jdbc.VerticaConnection;
import com.vertica.jdbc.VerticaCopyStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Properties;

/** What the JDBC driver makes of a server; driver_clients.ts says how it is run. */
public class VerticaCases {
  private static String host, port, user, password, database, authority;

  private static final String COPY = "COPY public.java_copied (id, name) FROM STDIN DELIMITER ','"
      + " ENFORCELENGTH";

  /** A case; its outcome is JSON. */
  private interface Case {
    String run() throws Exception;
  }

  private interface Action {
    void run() throws Exception;
  }

  /** Carries an error that was expected to the one place that shows it. */
  private static class Failed extends Exception {
    Failed(SQLException error) {
      super(error);
    }
  }

  public static void main(String[] args) throws Exception {
    host = args[0];
    port = args[1];
    user = args[2];
    password = args[3];
    database = args[4];
    authority = args.length > 5 ? args[5] : null;
    show("connect", VerticaCases::connects);
    show("wrong password", VerticaCases::wrongPassword);
    show("types", VerticaCases::types);
    show("parameters", VerticaCases::parameters);
    show("error", VerticaCases::error);
    show("syntax error", VerticaCases::syntaxError);
    show("rollback", VerticaCases::rollback);
    show("copy local", VerticaCases::copyLocal);
    show("copy local abort", VerticaCases::copyLocalAbort);
    show("copy local rejected", VerticaCases::copyLocalRejected);
    show("cancel", VerticaCases::cancel);
    show("many rows", VerticaCases::manyRows);
    if (authority != null) show("tls", VerticaCases::tls);
    System.exit(0);
  }

  private static void show(String name, Case test) {
    String outcome;
    try {
      outcome = "\"result\":" + test.run();
    } catch (Failed failed) {
      SQLException error = (SQLException) failed.getCause();
      outcome = "\"error\":{\"sqlstate\":" + CaseData.json(error.getSQLState()) + ",\"code\":"
          + error.getErrorCode() + ",\"message\":" + CaseData.json(error.getMessage()) + "}";
    } catch (Throwable error) {
      outcome = "\"broke\":" + CaseData.json(error.toString());
    }
    System.out.println("{\"case\":" + CaseData.json(name) + "," + outcome + "}");
  }

  private static String connects() throws Exception {
    try (Connection connection = open()) {
      return rows(connection, "SELECT 1 AS one");
    }
  }

  private static String wrongPassword() throws Exception {
    throw errorOf(() -> open(host, "password", "wrong").close());
  }

  private static String types() throws Exception {
    try (Connection connection = open()) {
      return rows(connection,
          "SELECT TRUE, 9223372036854775807, -9223372036854775807, 1.5::FLOAT,"
              + " 'äb,\"'::VARCHAR(10), 'ab'::CHAR(2), DATE '2022-10-01',"
              + " TIMESTAMP '2022-10-01 00:33:12.5',"
              + " '0F8FAD5B-D9CB-469F-A165-70867728950E'::UUID, 12.345::NUMERIC(18,6),"
              + " 999999999999.999999::NUMERIC(18,6), NULL::INTEGER, ''::VARCHAR(1)");
    }
  }

  private static String parameters() throws Exception {
    try (Connection connection = open()) {
      execute(connection, "DROP TABLE IF EXISTS public.java_parameters");
      execute(connection, "CREATE TABLE public.java_parameters (id INTEGER, name VARCHAR(20))");
      String insert = "INSERT INTO public.java_parameters VALUES (?, ?)";
      try (PreparedStatement statement = connection.prepareStatement(insert)) {
        statement.setLong(1, 1);
        statement.setString(2, "it's");
        if (statement.executeUpdate() != 1) throw new IllegalStateException("Not one row");
        statement.setLong(1, 2);
        statement.setNull(2, Types.VARCHAR);
        statement.executeUpdate();
      }
      String select = "SELECT id, name FROM public.java_parameters WHERE id >= ? ORDER BY id";
      try (PreparedStatement statement = connection.prepareStatement(select)) {
        statement.setLong(1, 1);
        return CaseData.rows(statement.executeQuery());
      }
    }
  }

  private static String error() throws Exception {
    try (Connection connection = open()) {
      Failed failed = errorOf(() -> rows(connection, "SELECT 1 FROM public.not_there"));
      if (!rows(connection, "SELECT 1").equals("[[\"1\"]]")) throw new IllegalStateException();
      throw failed;
    }
  }

  private static String syntaxError() throws Exception {
    try (Connection connection = open()) {
      throw errorOf(() -> execute(connection, "SELECT 1 2 3"));
    }
  }

  private static String rollback() throws Exception {
    try (Connection connection = open()) {
      connection.setAutoCommit(false);
      execute(connection, "DROP TABLE IF EXISTS public.java_rollback");
      execute(connection, "CREATE TABLE public.java_rollback (id INTEGER)");
      execute(connection, "INSERT INTO public.java_rollback VALUES (1)");
      connection.rollback();
      execute(connection, "INSERT INTO public.java_rollback VALUES (2)");
      // A statement that fails leaves what the transaction did before it.
      errorOf(() -> execute(connection, "INSERT INTO public.java_rollback VALUES ('x')"));
      connection.commit();
    }
    try (Connection connection = open()) {
      return rows(connection, "SELECT id FROM public.java_rollback");
    }
  }

  private static String copyLocal() throws Exception {
    try (Connection connection = open()) {
      makeCopied(connection);
      long loaded = load(connection, CaseData.bytes("1,abc\nx,abc\n2,äbc\n3,\n"));
      return "{\"loaded\":[[\"" + loaded + "\"]],\"rows\":"
          + rows(connection, "SELECT id, name FROM public.java_copied ORDER BY id") + "}";
    }
  }

  private static String copyLocalRejected() throws Exception {
    try (Connection connection = open()) {
      makeCopied(connection);
      String both = COPY + " REJECTED DATA AS TABLE public.java_rejected";
      throw errorOf(() -> load(connection, both, CaseData.bytes("1,a\n")));
    }
  }

  private static String copyLocalAbort() throws Exception {
    try (Connection connection = open()) {
      makeCopied(connection);
      errorOf(() -> load(connection, new CaseData.Broken(CaseData.bytes("1,a\n2,b\n"))));
      return rows(connection, "SELECT COUNT(*) FROM public.java_copied");
    }
  }

  private static String cancel() throws Exception {
    try (Connection connection = open(); Statement statement = connection.createStatement()) {
      Thread canceller = new Thread(() -> {
        try {
          // Again and again, as a request that comes before the statement cancels nothing.
          while (!Thread.interrupted()) {
            Thread.sleep(100);
            statement.cancel();
          }
        } catch (InterruptedException | SQLException end) {
          // The statement has ended.
        }
      });
      canceller.start();
      Failed error = errorOf(() -> statement.execute("SELECT SLEEP(60)"));
      canceller.interrupt();
      canceller.join();
      rows(connection, "SELECT 1");
      throw error;
    }
  }

  private static String manyRows() throws Exception {
    try (Connection connection = open()) {
      makeCopied(connection);
      StringBuilder lines = new StringBuilder();
      for (int n = 0; n < 100_000; n++) lines.append(n).append(",n\n");
      load(connection, CaseData.bytes(lines.toString()));
      long count = 0;
      long sum = 0;
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT id FROM public.java_copied")) {
        for (; result.next(); count++) sum += result.getLong(1);
      }
      return "[\"" + count + "\",\"" + sum + "\"]";
    }
  }

  private static String tls() throws Exception {
    KeyStore trusted = KeyStore.getInstance("JKS");
    trusted.load(null, null);
    try (InputStream pem = new FileInputStream(authority)) {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      trusted.setCertificateEntry("authority", factory.generateCertificate(pem));
    }
    Path store = Files.createTempFile("finpipe-trust", ".jks");
    try {
      try (FileOutputStream out = new FileOutputStream(store.toFile())) {
        trusted.store(out, "changeit".toCharArray());
      }
      try (Connection connection = open("localhost", "TLSmode", "verify-full", "TrustStorePath",
          store.toString(), "TrustStorePassword", "changeit")) {
        return rows(connection, "SELECT 1 AS one");
      }
    } finally {
      Files.delete(store);
    }
  }

  private static Connection open() throws SQLException {
    return open(host);
  }

  private static Connection open(String at, String... options) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", user);
    properties.put("password", password);
    properties.put("TLSmode", "disable");
    properties.put("LoginTimeout", "10");
    for (int i = 0; i < options.length; i += 2) properties.put(options[i], options[i + 1]);
    return DriverManager.getConnection("jdbc:vertica://" + at + ":" + port + "/" + database,
        properties);
  }

  private static void makeCopied(Connection connection) throws SQLException {
    execute(connection, "DROP TABLE IF EXISTS public.java_copied");
    execute(connection, "CREATE TABLE public.java_copied (id INTEGER, name VARCHAR(3))");
  }

  private static long load(Connection connection, InputStream data) throws SQLException {
    return load(connection, COPY, data);
  }

  /** The driver makes FROM LOCAL STDIN of FROM STDIN. */
  private static long load(Connection connection, String copy, InputStream data)
      throws SQLException {
    VerticaCopyStream stream = new VerticaCopyStream((VerticaConnection) connection, copy);
    stream.start();
    stream.addStream(data);
    stream.execute();
    return stream.finish();
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return CaseData.rows(statement.executeQuery(sql));
    }
  }

  private static Failed errorOf(Action action) throws Exception {
    try {
      action.run();
    } catch (SQLException error) {
      return new Failed(error);
    }
    throw new IllegalStateException("There was no error");
  }
}
