// The part of HTTP/2 (RFC 9113) that the sink needs. It reads no headers, because every request is a push. It answers
// 202 with a literal status (RFC 7541, 6.2.2), so it needs no table.
#include <stdint.h>
#include <string.h>

#define H2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
enum { H2_DATA = 0, H2_SETTINGS = 4, H2_PING = 6, H2_WINDOW = 8, H2_HEAD = 9, H2_ACK = 1, H2_END_STREAM = 1, H2_END_HEADERS = 4 };
typedef struct { uint32_t length, stream; int type, flags; char *payload, *end; } Frame;

// Reads the frame that starts at `at`. Returns 0 if it is incomplete.
static int h2_frame(char *at, char *end, Frame *frame) {
  if (end - at < H2_HEAD) return 0;
  unsigned char *b = (unsigned char *)at;
  frame->length = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
  frame->type = b[3];
  frame->flags = b[4];
  frame->stream = ((uint32_t)b[5] << 24 | (uint32_t)b[6] << 16 | (uint32_t)b[7] << 8 | b[8]) & 0x7fffffff;
  frame->payload = at + H2_HEAD;
  frame->end = frame->payload + frame->length;
  return frame->end <= end;
}

static int h2_head(char *to, uint32_t length, int type, int flags, uint32_t stream) {
  to[0] = (char)(length >> 16), to[1] = (char)(length >> 8), to[2] = (char)length;
  to[3] = (char)type, to[4] = (char)flags;
  to[5] = (char)(stream >> 24), to[6] = (char)(stream >> 16), to[7] = (char)(stream >> 8), to[8] = (char)stream;
  return H2_HEAD;
}

static int h2_answer(char *to, uint32_t stream, const char *body, int length) {
  static const char fields[] = "\x08\x03" "202" "\x0f\x10\x10" "application/json";
  int size = sizeof fields - 1, at = h2_head(to, (uint32_t)size, 1, H2_END_HEADERS, stream);
  memcpy(to + at, fields, (size_t)size);
  at += size;
  at += h2_head(to + at, (uint32_t)length, H2_DATA, H2_END_STREAM, stream);
  memcpy(to + at, body, (size_t)length);
  return at + length;
}

// WINDOW_UPDATE: the connection may send so many bytes more.
static int h2_window(char *to, uint32_t bytes) {
  h2_head(to, 4, H2_WINDOW, 0, 0);
  to[9] = (char)(bytes >> 24), to[10] = (char)(bytes >> 16), to[11] = (char)(bytes >> 8), to[12] = (char)bytes;
  return 13;
}

// Empty SETTINGS, and a window that never limits.
static int h2_hello(char *to) {
  int at = h2_head(to, 0, H2_SETTINGS, 0, 0);
  return at + h2_window(to + at, 1 << 30);
}

// The reply to a frame other than DATA: acknowledges SETTINGS and PING.
static int h2_reply(char *to, const Frame *frame) {
  if (frame->flags & H2_ACK) return 0;
  if (frame->type == H2_SETTINGS) return h2_head(to, 0, H2_SETTINGS, H2_ACK, 0);
  if (frame->type != H2_PING || frame->length != 8) return 0;
  h2_head(to, 8, H2_PING, H2_ACK, 0);
  memcpy(to + H2_HEAD, frame->payload, 8);
  return H2_HEAD + 8;
}
