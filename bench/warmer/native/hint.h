// The one message of this bench. The generator writes it, and the sink reads the name from a request.
//
//   {"jpg":"7372/0000000042_0123456789_z.jpg","http_endpoint":"es.www.example.com","timestamp":1763760000.123456}
//
// The first ten digits of the name number the distinct pictures of one run. The second ten are the time of the picture's
// first hint in microseconds modulo 10^10. So the name alone is enough to compute its age.
#ifndef HINT_H
#define HINT_H
#include <stdint.h>
#include <string.h>
#include <time.h>

#define AGE_MODULUS 10000000000ULL
static const char TEMPLATE[] =
    "{\"jpg\":\"7372/0000000000_0000000000_z.jpg\",\"http_endpoint\":\"es.www.example.com\","
    "\"timestamp\":0000000000.000000}";
enum { ID_AT = 13, STAMP_AT = 24, ENDPOINT_AT = 59, TIME_AT = 91, HINT_BYTES = sizeof(TEMPLATE) - 1 };

static inline int64_t clock_ns(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline void write_digits(char *to, uint64_t value, int digits) {
  for (int i = digits - 1; i >= 0; i--) {
    to[i] = '0' + value % 10;
    value /= 10;
  }
}

static inline uint64_t read_digits(const char *from, int digits) {
  uint64_t value = 0;
  for (int i = 0; i < digits; i++) value = value * 10 + (uint64_t)(from[i] - '0');
  return value;
}
#endif
