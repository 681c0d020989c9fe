// Java's own client: a producer and a reader that tests hold finpipe against. Takes commands on stdin,
// a line each with tabs between; clients.ts has what they mean. kafka_client.py is the same with librdkafka.
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;

public class KafkaClient {
  record Waiting(String id, Future<RecordMetadata> answer) {}

  static final PrintStream OUT =
      new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)), false);
  static final Map<String, KafkaProducer<byte[], byte[]>> producers = new HashMap<>();
  static final Map<String, List<Waiting>> waiting = new HashMap<>();
  static Exception broken;

  public static void main(String[] args) throws Exception {
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8), 1 << 16);
    for (String line; (line = commands.readLine()) != null;) {
      String[] words = line.split("\t", -1);
      boolean answers = !words[0].equals("send");
      try {
        if (answers && broken != null) throw broken;
        run(words);
        if (answers) OUT.println("ok");
      } catch (Exception error) {
        if (answers) OUT.println("failed\t" + error.toString().replace('\n', ' '));
        broken = answers ? null : error;
      }
      if (answers) OUT.flush();
    }
    System.exit(0);
  }

  static void run(String[] words) throws Exception {
    switch (words[0]) {
      case "open" -> open(words);
      case "begin" -> producers.get(words[1]).beginTransaction();
      case "send" -> send(words);
      case "flush" -> flush(words[1]);
      case "commit" -> producers.get(words[1]).commitTransaction();
      case "abort" -> producers.get(words[1]).abortTransaction();
      // At once, with whatever is open: nobody is told.
      case "drop" -> producers.remove(words[1]).close(Duration.ZERO);
      case "ends" -> ends(words[1], words[2], Integer.parseInt(words[3]));
      case "read" -> read(words[1], words[2], Integer.parseInt(words[3]));
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  static void open(String[] words) {
    var settings = new Properties();
    for (int at = 2; at < words.length; at++) {
      String[] setting = words[at].split("=", 2);
      settings.put(setting[0], setting[1]);
    }
    settings.put("max.request.size", "40000000");
    settings.put("buffer.memory", "100000000");
    var bytes = new ByteArraySerializer();
    var producer = new KafkaProducer<>(settings, bytes, bytes);
    if (settings.containsKey("transactional.id")) producer.initTransactions();
    producers.put(words[1], producer);
    waiting.put(words[1], new ArrayList<>());
  }

  static void send(String[] words) {
    var record = new ProducerRecord<>(
        words[3], Integer.valueOf(words[4]), bytesOf(words[5]), bytesOf(words[6]));
    for (String header : words[7].isEmpty() ? new String[0] : words[7].split(",")) {
      String[] parts = header.split(":", 2);
      record.headers().add(parts[0], bytesOf(parts[1]));
    }
    waiting.get(words[1]).add(new Waiting(words[2], producers.get(words[1]).send(record)));
  }

  static void flush(String name) throws Exception {
    producers.get(name).flush();
    for (Waiting one : waiting.put(name, new ArrayList<>())) {
      OUT.println("at\t" + one.id() + "\t" + one.answer().get().offset());
    }
  }

  /** Of each partition the last stable offset and the high watermark. */
  static void ends(String brokers, String topic, int partitions) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      var stable = endsOf(admin, topic, partitions, IsolationLevel.READ_COMMITTED);
      var high = endsOf(admin, topic, partitions, IsolationLevel.READ_UNCOMMITTED);
      for (int partition = 0; partition < partitions; partition++) {
        var one = new TopicPartition(topic, partition);
        OUT.println("end\t" + partition + "\t" + stable.get(one) + "\t" + high.get(one));
      }
    }
  }

  static Map<TopicPartition, Long> endsOf(
      Admin admin, String topic, int partitions, IsolationLevel level) throws Exception {
    var asked = new HashMap<TopicPartition, OffsetSpec>();
    for (TopicPartition one : all(topic, partitions)) asked.put(one, OffsetSpec.latest());
    var answers = admin.listOffsets(asked, new ListOffsetsOptions(level)).all().get();
    var ends = new HashMap<TopicPartition, Long>();
    answers.forEach((one, answer) -> ends.put(one, answer.offset()));
    return ends;
  }

  static void read(String brokers, String topic, int partitions) throws Exception {
    var settings = new Properties();
    settings.put("bootstrap.servers", brokers);
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", "false");
    settings.put("max.poll.records", "10000");
    var bytes = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(settings, bytes, bytes)) {
      List<TopicPartition> all = all(topic, partitions);
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (!all.stream().allMatch(one -> consumer.position(one) >= ends.get(one))) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          OUT.println("record\t" + record.partition() + "\t" + record.offset() + "\t" + digestOf(record.value()));
        }
      }
    }
  }

  static List<TopicPartition> all(String topic, int partitions) {
    var all = new ArrayList<TopicPartition>();
    for (int one = 0; one < partitions; one++) all.add(new TopicPartition(topic, one));
    return all;
  }

  static byte[] bytesOf(String word) {
    return word.equals("-") ? null : Base64.getDecoder().decode(word);
  }

  static String digestOf(byte[] value) throws Exception {
    if (value == null) return "null";
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
  }
}
