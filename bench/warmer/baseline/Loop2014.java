import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The 2014 loop, written line by line from its published description: one UDP socket; decode the JSON; select the
 * cache; drop what was warmed recently; drop what is older than 50 ms; GET through a keep-alive proxy from a pool of
 * 100 threads. Nothing is better or worse than described.
 *
 * Arguments: PORT ingest|inline|push SINK_PORT RECEIVE_BUFFER (0 = default of the system). With "ingest" the tasks of the
 * pool do nothing. With "inline" there is no pool: this is not the published loop, but it isolates its receive side.
 * A line on standard input makes it print its counters.
 */
public class Loop2014 {
  static final Map<String, String> CACHES =
      Map.of("es", "ch", "fr", "ch", "de", "ch", "it", "ch", "sg", "sg", "vn", "sg", "au", "au", "br", "br");
  static final double WINDOW = 10, TOO_OLD = 0.050;
  static final HashMap<String, Double> recent = new HashMap<>();
  static volatile long received, duplicate, old, pushed;
  static String proxy;

  static double now() {
    Instant instant = Instant.now();
    return instant.getEpochSecond() + instant.getNano() * 1e-9;
  }

  static String cacheToWarm(String endpoint) {
    return CACHES.getOrDefault(endpoint.substring(0, 2), "ch");
  }

  static boolean recentlyWarmed(String cache, String jpg) {
    String key = cache + "/" + jpg;
    double now = now();
    Double at = recent.get(key);
    if (at != null && now - at < WINDOW) return true;
    recent.put(key, now);
    return false;
  }

  static boolean tooOld(Map<String, Object> hint) {
    return now() - (Double) hint.get("timestamp") > TOO_OLD;
  }

  /** Parses a flat JSON object of strings and numbers. Faster here than a general library, so the loop has no disadvantage. */
  static Map<String, Object> parse(byte[] bytes, int length) {
    HashMap<String, Object> fields = new HashMap<>(8);
    int at = 1;
    while (at < length) {
      int from = at + 1, to = from;
      while (bytes[to] != '"') to++;
      String name = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
      at = to + 2;
      if (bytes[at] == '"') {
        from = to = at + 1;
        while (bytes[to] != '"') to++;
        fields.put(name, new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        at = to + 1;
      } else {
        from = at;
        while (bytes[at] != ',' && bytes[at] != '}') at++;
        fields.put(name, Double.parseDouble(new String(bytes, from, at - from, StandardCharsets.ISO_8859_1)));
      }
      if (bytes[at] == '}') break;
      at++;
    }
    return fields;
  }

  static void warmUp(Map<String, Object> hint) {
    try {
      HttpURLConnection connection = (HttpURLConnection) URI.create(proxy + hint.get("jpg")).toURL().openConnection();
      connection.setRequestProperty("Host", (String) hint.get("cache"));
      connection.getResponseCode();
      connection.getInputStream().close();
    } catch (Exception failed) {
      // As published: a failed warm-up is ignored.
    }
  }

  static void report() {
    try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
      while (in.readLine() != null) {
        System.out.printf(
            "{\"received\":%d,\"duplicate\":%d,\"old\":%d,\"pushed\":%d}%n", received, duplicate, old, pushed);
        System.out.flush();
      }
    } catch (Exception closed) {
      // The bench has ended.
    }
    Runtime.getRuntime().halt(0);
  }

  public static void main(String[] arguments) throws Exception {
    boolean push = arguments[1].equals("push"), inline = arguments[1].equals("inline");
    proxy = "http://127.0.0.1:" + arguments[2] + "/";
    int buffer = Integer.parseInt(arguments[3]);
    System.setProperty("http.maxConnections", "100");
    ExecutorService pool = Executors.newFixedThreadPool(100);
    Thread reporter = new Thread(Loop2014::report);
    reporter.setDaemon(true);
    reporter.start();
    DatagramSocket socket = new DatagramSocket(null);
    if (buffer > 0) socket.setReceiveBufferSize(buffer);
    socket.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])));
    System.out.println("ready");
    byte[] bytes = new byte[2048];
    while (true) {
      DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
      socket.receive(packet);
      received++;
      Map<String, Object> hint = parse(packet.getData(), packet.getLength());
      String jpg = (String) hint.get("jpg");
      String cache = cacheToWarm((String) hint.get("http_endpoint"));
      if (recentlyWarmed(cache, jpg)) {
        duplicate++;
        continue;
      }
      if (tooOld(hint)) {
        old++;
        continue;
      }
      hint.put("cache", cache);
      pushed++;
      if (inline) continue;
      pool.execute(() -> {
        if (push) warmUp(hint);
      });
    }
  }
}
