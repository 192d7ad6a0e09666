// UDP load generator: hints with current time stamps to one loopback port. A fixed share of them are repeats.
// It prints one line of JSON: hints and distinct pictures sent, seconds taken, datagrams the kernel refused, and how
// often it was more than 2 ms late (it then skips the backlog instead of sending it as a burst).
// A burst is one sendmsg that the kernel splits into datagrams (UDP_SEGMENT). Otherwise one core could not send more
// than a C receiver takes. The receiver sees ordinary datagrams.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <math.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "hint.h"

enum { BURST = 64, REMEMBERED = 65536, SENDERS = 8, STRIDE = HINT_BYTES + 1, TICK_NS = 50000, BEHIND_NS = 2000000 };
static const char ENDPOINTS[] = "esfrdeitsgvnaubr";

static uint64_t state = 88172645463325252ULL;
static uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}
static double next_unit(void) { return (double)(next_random() >> 11) / 9007199254740992.0; }

typedef struct { uint32_t id; uint64_t stamp; } Picture;
static Picture remembered[REMEMBERED];
static uint64_t sent, distinct, refused, behind;
static double repeats = 0.6;

static void write_hint(char *to, uint64_t now_us) {
  Picture picture;
  if (distinct > 0 && next_unit() < repeats) {
    uint64_t known = distinct < REMEMBERED ? distinct : REMEMBERED;
    picture = remembered[next_random() % known];
  } else {
    picture.id = (uint32_t)distinct;
    picture.stamp = now_us % AGE_MODULUS;
    remembered[distinct++ % REMEMBERED] = picture;
  }
  write_digits(to + ID_AT, picture.id, 10);
  write_digits(to + STAMP_AT, picture.stamp, 10);
  memcpy(to + ENDPOINT_AT, ENDPOINTS + 2 * ((picture.id * 2654435761U) >> 29), 2);
  write_digits(to + TIME_AT, now_us / 1000000, 10);
  write_digits(to + TIME_AT + 11, now_us % 1000000, 6);
}

int main(int count, char **values) {
  int port = 0, per_datagram = 1, poisson = 0, option;
  double rate = 0, seconds = 1;
  while ((option = getopt(count, values, "p:r:d:m:u:x:P")) != -1) switch (option) {
      case 'p': port = atoi(optarg); break;
      case 'r': rate = atof(optarg); break;       // hints per second, 0 = as fast as possible
      case 'd': seconds = atof(optarg); break;
      case 'm': per_datagram = atoi(optarg); break;
      case 'u': repeats = atof(optarg); break;    // share of hints that repeat an earlier picture
      case 'x': state ^= (strtoull(optarg, 0, 10) + 1) * 0x9E3779B97F4A7C15ULL; break;
      case 'P': poisson = 1; break;               // one datagram at a time with exponential gaps
      default: return 2;
    }
  for (int i = 0; i < 20; i++) next_random();
  prctl(PR_SET_TIMERSLACK, 1);
  if (rate > 0) { // keeps its rate beside the sink on the same core; it sleeps and never spins, so it does not block others
    struct sched_param priority = {.sched_priority = 1};
    sched_setscheduler(0, SCHED_FIFO, &priority);
  }

  size_t length = (size_t)STRIDE * (size_t)per_datagram;
  int sockets[SENDERS], size = 4 << 20, segment = (int)length;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  for (int k = 0; k < SENDERS; k++) {
    sockets[k] = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(sockets[k], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (connect(sockets[k], (void *)&address, sizeof address)) return perror("connect"), 1;
    if (segment && setsockopt(sockets[k], IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment)) segment = 0;
  }
  char *bytes = malloc(length * BURST);
  struct mmsghdr messages[BURST];
  struct iovec parts[BURST];
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BURST; i++) {
    for (int j = 0; j < per_datagram; j++) {
      memcpy(bytes + i * length + (size_t)j * STRIDE, TEMPLATE, HINT_BYTES);
      bytes[i * length + (size_t)j * STRIDE + HINT_BYTES] = '\n';
    }
    parts[i] = (struct iovec){.iov_base = bytes + i * length, .iov_len = length};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }

  double gap = rate > 0 ? 1e9 * per_datagram / rate : 0; // nanoseconds from datagram to datagram
  int64_t start = clock_ns(CLOCK_MONOTONIC), end = start + (int64_t)(seconds * 1e9);
  double due = (double)start;
  for (int k = 0;; k = (k + 1) % SENDERS) {
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    int burst = BURST;
    if (rate > 0) {
      int64_t wake = poisson ? (int64_t)due : now < (int64_t)due ? (now / TICK_NS + 1) * TICK_NS : now;
      if (wake > now) {
        struct timespec until = {wake / 1000000000LL, wake % 1000000000LL};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, 0);
        now = clock_ns(CLOCK_MONOTONIC);
      }
      if (now - (int64_t)due > BEHIND_NS) {
        behind++;
        due = (double)now;
      }
      if (poisson) {
        burst = 1;
        due += -log(1 - next_unit()) * gap;
      } else {
        burst = 0;
        while (burst < BURST && due <= (double)now) burst++, due += gap;
        if (burst == 0 && now < end) continue;
      }
    }
    if (now >= end) break;
    uint64_t now_us = (uint64_t)clock_ns(CLOCK_REALTIME) / 1000;
    for (int i = 0; i < burst; i++)
      for (int j = 0; j < per_datagram; j++) write_hint(bytes + i * length + (size_t)j * STRIDE, now_us);
    struct msghdr whole = {.msg_iov = parts, .msg_iovlen = (size_t)burst};
    int done = segment ? (sendmsg(sockets[k], &whole, 0) < 0 ? 0 : burst) : sendmmsg(sockets[k], messages, (unsigned)burst, 0);
    if (done < burst) refused += (uint64_t)(burst - (done < 0 ? 0 : done));
    if (done > 0) sent += (uint64_t)done * (uint64_t)per_datagram;
  }
  double taken = (double)(clock_ns(CLOCK_MONOTONIC) - start) * 1e-9;
  printf("{\"sent\":%llu,\"distinct\":%llu,\"seconds\":%.4f,\"refused\":%llu,\"behind\":%llu}\n", (unsigned long long)sent,
         (unsigned long long)distinct, taken, (unsigned long long)refused, (unsigned long long)behind);
}
