import com.vertica.jdbc.VerticaConnection;
import com.vertica.jdbc.VerticaCopyStream;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What the JDBC driver makes of a server; driver_clients.ts says how it is run. */
public class VerticaCases extends Driver {
  private static String authority;

  private static final String COPY = "COPY public.java_copied (id, name) FROM STDIN DELIMITER ','"
      + " ENFORCELENGTH REJECTED DATA AS TABLE public.java_rejected";

  private static final String LOCK = "LOCK TABLE public.java_locked IN EXCLUSIVE MODE";

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
    show("copy", VerticaCases::copy);
    show("copy abort", VerticaCases::copyAbort);
    show("many rows", VerticaCases::manyRows);
    show("cancel", VerticaCases::cancel);
    if (authority != null) show("tls", VerticaCases::tls);
    System.exit(0);
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
        return rows(statement.executeQuery());
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

  private static String copy() throws Exception {
    try (Connection connection = open()) {
      makeCopied(connection);
      long loaded = load(connection, bytes("1,abc\nx,abc\n2,äbc\n3,\n"));
      return "{\"loaded\":[[\"" + loaded + "\"]],\"rows\":"
          + rows(connection, "SELECT id, name FROM public.java_copied ORDER BY id")
          + ",\"rejected\":" + rows(connection,
              "SELECT row_number, rejected_data FROM public.java_rejected ORDER BY row_number")
          + "}";
    }
  }

  private static String copyAbort() throws Exception {
    try (Connection connection = open()) {
      makeCopied(connection);
      errorOf(() -> load(connection, new Broken(bytes("1,a\n2,b\n"))));
      return rows(connection, "SELECT COUNT(*) FROM public.java_copied");
    }
  }

  private static String manyRows() throws Exception {
    try (Connection connection = open()) {
      makeCopied(connection);
      StringBuilder lines = new StringBuilder();
      for (int n = 0; n < 100_000; n++) lines.append(n).append(",n\n");
      load(connection, bytes(lines.toString()));
      long count = 0;
      long sum = 0;
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT id FROM public.java_copied")) {
        for (; result.next(); count++) sum += result.getLong(1);
      }
      return "[\"" + count + "\",\"" + sum + "\"]";
    }
  }

  private static String cancel() throws Exception {
    try (Connection holder = open(); Connection waiter = open()) {
      execute(holder, "DROP TABLE IF EXISTS public.java_locked");
      execute(holder, "CREATE TABLE public.java_locked (id INTEGER)");
      holder.setAutoCommit(false);
      execute(holder, LOCK);
      Failed failed;
      try (Statement statement = waiter.createStatement()) {
        CountDownLatch ended = new CountDownLatch(1);
        Thread canceller = new Thread(() -> cancelUntil(ended, statement));
        canceller.start();
        try {
          failed = errorOf(() -> statement.execute(LOCK));
        } finally {
          ended.countDown();
          canceller.join();
        }
      }
      holder.rollback();
      if (!rows(waiter, "SELECT 1").equals("[[\"1\"]]")) throw new IllegalStateException();
      throw failed;
    }
  }

  /** Again and again: a cancel that comes before the statement has no effect. */
  private static void cancelUntil(CountDownLatch ended, Statement statement) {
    try {
      while (!ended.await(100, TimeUnit.MILLISECONDS)) statement.cancel();
    } catch (InterruptedException | SQLException error) {
      throw new IllegalStateException(error);
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

  private static void makeCopied(Connection connection) throws SQLException {
    execute(connection, "DROP TABLE IF EXISTS public.java_copied");
    execute(connection, "DROP TABLE IF EXISTS public.java_rejected");
    execute(connection, "CREATE TABLE public.java_copied (id INTEGER, name VARCHAR(3))");
  }

  private static long load(Connection connection, InputStream data) throws SQLException {
    VerticaCopyStream stream = new VerticaCopyStream((VerticaConnection) connection, COPY);
    stream.start();
    stream.addStream(data);
    stream.execute();
    return stream.finish();
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A source that fails when some of it was read. */
  private static class Broken extends InputStream {
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
}
