// The cache or edge at the other end, on loopback: HTTP/1.1 with keep-alive, or HTTP/2 with prior knowledge (h2.h).
// It finds the names of pictures in each request (path of a GET, body of a POST), and reads number and age from each
// name. It answers GET with 204 and POST with 202 and a few bytes of JSON, at once or after a fixed delay. GET /stats
// returns the counts since the last GET /reset. GET /delay/US and GET /cost/NS change it while it runs: US is the time from
// the request to its answer, and NS is what one picture takes. It makes one picture after the other, so requests queue. A
// push has arrived when its first picture begins.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "h2.h"
#include "hint.h"

enum { ROOM = 32768, MAX_FDS = 65536, AGES = 1 << 22, IDS = 1 << 26, WAITING = 1 << 20, LIMIT_US = 50000 };
// h2: 0 before the first bytes, 1 for HTTP/1.1, 2 for HTTP/2. taken: bytes of DATA without a WINDOW_UPDATE yet.
typedef struct { int used, h2; uint32_t generation, taken; char bytes[ROOM]; } Connection;
// stream: the HTTP/2 stream, 0 for HTTP/1.1.
typedef struct { int fd, accepted; uint32_t generation, stream; int64_t due; } Answer;
static Connection *connections[MAX_FDS];
static uint32_t generations[MAX_FDS], ages[AGES];
static uint8_t known[IDS / 8];
static Answer waiting[WAITING];
static uint64_t first_waiting, last_waiting, requests, paths, distinct, over, opened, worst;
// What one picture takes, when the last one is done, and how late this process woke up at the most, all in ns.
static int64_t delay_us, cost_ns, busy_until, wake_due, wake_late;
enum { WAKE_NS = 1000000 };

static void seen(const char *name, uint64_t now_us) {
  uint64_t age = (now_us % AGE_MODULUS + AGE_MODULUS - read_digits(name + 11, 10)) % AGE_MODULUS;
  if (age > AGE_MODULUS / 2) age = 0; // both use one clock, but a stamp of the same microsecond may be rounded up
  uint64_t id = read_digits(name, 10) % IDS;
  paths++;
  if (!(known[id / 8] & 1 << id % 8)) { known[id / 8] |= (uint8_t)(1 << id % 8); distinct++; }
  if (age > LIMIT_US) over++;
  if (age > worst) worst = age;
  ages[age < AGES ? age : AGES - 1]++;
}

static uint64_t age_at(double share) {
  uint64_t left = (uint64_t)(share * (double)paths);
  for (uint64_t age = 0; age < AGES; age++) {
    if (ages[age] > left) return age;
    left -= ages[age];
  }
  return worst;
}

static int answer(char *to, int accepted, uint32_t stream) {
  if (accepted < 0) return sprintf(to, "HTTP/1.1 204 No Content\r\n\r\n");
  char body[64];
  int length = sprintf(body, "{\"accepted\":%d,\"refused\":[]}", accepted);
  if (stream) return h2_answer(to, stream, body, length);
  return sprintf(to, "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", length, body);
}

static int control(char *to, const char *request) {
  char body[512];
  if (memcmp(request, "GET /delay/", 11) == 0) delay_us = atoll(request + 11);
  if (memcmp(request, "GET /cost/", 10) == 0) cost_ns = atoll(request + 10);
  int length = sprintf(body,
      "{\"requests\":%llu,\"paths\":%llu,\"distinct\":%llu,\"over\":%llu,\"opened\":%llu,\"p50\":%llu,\"p95\":%llu,\"p99\":%llu,\"max\":%llu,\"wokeLate\":%lld}",
      (unsigned long long)requests, (unsigned long long)paths, (unsigned long long)distinct, (unsigned long long)over,
      (unsigned long long)opened, (unsigned long long)age_at(0.5), (unsigned long long)age_at(0.95),
      (unsigned long long)age_at(0.99), (unsigned long long)worst, (long long)(wake_late / 1000));
  if (memcmp(request, "GET /reset", 10) == 0) {
    memset(ages, 0, sizeof ages);
    memset(known, 0, sizeof known);
    requests = paths = distinct = over = opened = worst = 0;
    wake_late = 0;
  }
  return sprintf(to, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", length, body);
}

// Counts the names of pictures from `at` to `end`. Each takes its time after the ones before.
static int look(char *at, char *end, uint64_t now_us) {
  int found = 0;
  int64_t now = cost_ns ? clock_ns(CLOCK_MONOTONIC) : 0;
  if (busy_until < now) busy_until = now;
  uint64_t begins = now_us + (cost_ns ? (uint64_t)(busy_until - now) / 1000 : 0);
  for (char *mark = at; (mark = memmem(mark, (size_t)(end - mark), "_z.jpg", 6)); mark += 6) {
    if (mark - at >= 21) seen(mark - 21, begins);
    found++;
  }
  busy_until += cost_ns * found;
  return found;
}

static int later(int fd, Connection *it, int accepted, uint32_t stream) {
  int64_t now = clock_ns(CLOCK_MONOTONIC), done = (cost_ns && busy_until > now ? busy_until : now) / 1000 + delay_us;
  // Answers leave in order, also if the delay was just made shorter.
  if (first_waiting != last_waiting) {
    int64_t before = waiting[(last_waiting - 1) % WAITING].due;
    if (done < before) done = before;
  }
  waiting[last_waiting++ % WAITING] = (Answer){fd, accepted, it->generation, stream, done};
  return 0;
}

// The warmer sends every push as one DATA frame.
static void serve_h2(int fd, Connection *it, char *at) {
  static char out[ROOM];
  int written = 0;
  char *end = it->bytes + it->used;
  uint64_t now_us = (uint64_t)clock_ns(CLOCK_REALTIME) / 1000;
  for (Frame frame; h2_frame(at, end, &frame); at = frame.end) {
    if (frame.type == H2_DATA) {
      it->taken += frame.length;
      requests++;
      int found = look(frame.payload, frame.end, now_us);
      written += delay_us || cost_ns ? later(fd, it, found, frame.stream) : answer(out + written, found, frame.stream);
    } else written += h2_reply(out + written, &frame);
    if (it->taken > 1 << 20) { written += h2_window(out + written, it->taken); it->taken = 0; }
    if (written > ROOM - 1024) { if (write(fd, out, (size_t)written) < 0) return; written = 0; }
  }
  it->used = (int)(end - at);
  if (at != it->bytes) memmove(it->bytes, at, (size_t)it->used);
  if (written && write(fd, out, (size_t)written) < 0) return;
}

// Detects the protocol from the first bytes. Removes and answers the preface of HTTP/2.
static void greet(int fd, Connection *it) {
  int preface = sizeof H2_PREFACE - 1;
  if (memcmp(it->bytes, H2_PREFACE, (size_t)(it->used < preface ? it->used : preface))) { it->h2 = 1; return; }
  if (it->used < preface) return;
  it->h2 = 2;
  it->used -= preface;
  memmove(it->bytes, it->bytes + preface, (size_t)it->used);
  char out[64];
  if (write(fd, out, (size_t)h2_hello(out)) < 0) return;
}

static void serve(int fd, Connection *it) {
  static char out[ROOM];
  int written = 0;
  char *at = it->bytes, *end = at + it->used;
  uint64_t now_us = (uint64_t)clock_ns(CLOCK_REALTIME) / 1000;
  while (at < end) {
    char *head = memmem(at, (size_t)(end - at), "\r\n\r\n", 4);
    if (!head) break;
    char *next = head + 4;
    int accepted = -1;
    if (*at == 'P') {
      *head = 0;
      char *field = strcasestr(at, "\r\ncontent-length:");
      *head = '\r';
      int64_t length = field ? atoll(field + 17) : 0;
      if (end - next < length) break;
      next += length;
      accepted = 0;
    } else if (memcmp(at, "GET /stats", 10) == 0 || memcmp(at, "GET /reset", 10) == 0 ||
               memcmp(at, "GET /delay/", 11) == 0 || memcmp(at, "GET /cost/", 10) == 0) {
      written += control(out + written, at);
      at = next;
      continue;
    }
    requests++;
    int found = look(at, next, now_us);
    if (accepted >= 0) accepted = found;
    if (delay_us || cost_ns) later(fd, it, accepted, 0);
    else {
      written += answer(out + written, accepted, 0);
      if (written > ROOM - 1024) { if (write(fd, out, (size_t)written) < 0) return; written = 0; }
    }
    at = next;
  }
  it->used = (int)(end - at);
  if (at != it->bytes) memmove(it->bytes, at, (size_t)it->used);
  if (written && write(fd, out, (size_t)written) < 0) return;
}

int main(int count, char **values) {
  delay_us = count > 2 ? atoll(values[2]) : 0;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(count > 1 ? atoi(values[1]) : 0))};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) return perror("bind"), 1;
  int poll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[512];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  // Wakes up every ms, and looks how late that is: while this process does not run, everything looks late.
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  wake_due = clock_ns(CLOCK_MONOTONIC) + WAKE_NS;
  struct itimerspec every = {{0, WAKE_NS}, {wake_due / 1000000000LL, wake_due % 1000000000LL}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &every, 0);
  event = (struct epoll_event){.events = EPOLLIN, .data.fd = timer};
  epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event);
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    struct timespec wait = {1, 0};
    if (first_waiting != last_waiting) {
      int64_t left = waiting[first_waiting % WAITING].due * 1000 - clock_ns(CLOCK_MONOTONIC);
      if (left < 0) left = 0;
      wait = (struct timespec){left / 1000000000LL, left % 1000000000LL};
    }
    int got = epoll_pwait2(poll, events, 512, &wait, 0);
    for (int64_t now = clock_ns(CLOCK_MONOTONIC) / 1000; first_waiting != last_waiting; first_waiting++) {
      Answer *next = &waiting[first_waiting % WAITING];
      if (next->due > now) break;
      char out[512];
      if (connections[next->fd] && connections[next->fd]->generation == next->generation &&
          write(next->fd, out, (size_t)answer(out, next->accepted, next->stream)) < 0) continue;
    }
    for (int i = 0; i < got; i++) {
      int fd = events[i].data.fd;
      if (fd == timer) {
        uint64_t times;
        if (read(timer, &times, sizeof times) < 0) continue;
        int64_t late = clock_ns(CLOCK_MONOTONIC) - wake_due;
        if (late > wake_late) wake_late = late;
        wake_due += (int64_t)times * WAKE_NS;
        continue;
      }
      if (fd == listener) {
        for (int peer; (peer = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0;) {
          if (peer >= MAX_FDS) { close(peer); continue; }
          setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          connections[peer] = malloc(sizeof(Connection));
          connections[peer]->used = connections[peer]->h2 = 0;
          connections[peer]->taken = 0;
          connections[peer]->generation = ++generations[peer];
          opened++;
          event = (struct epoll_event){.events = EPOLLIN, .data.fd = peer};
          epoll_ctl(poll, EPOLL_CTL_ADD, peer, &event);
        }
        continue;
      }
      Connection *it = connections[fd];
      if (!it) continue;
      ssize_t more = read(fd, it->bytes + it->used, (size_t)(ROOM - it->used));
      if (more > 0) {
        it->used += (int)more;
        if (!it->h2) greet(fd, it);
        if (it->h2 == 1) serve(fd, it);
        if (it->h2 == 2) serve_h2(fd, it, it->bytes);
      } else if (more == 0 || errno != EAGAIN) {
        close(fd);
        free(it);
        connections[fd] = 0;
      }
    }
  }
}
