// What JavaScript is told, in batches: four numbers an event. The same list stands in ../native.ts.
#pragma once

#include <cstdint>

enum class EventType : uint8_t {
  handshake = 1,         // the peer is known; nothing else of the connection comes before
  stream = 2,            // the peer opened a stream; value 1 if bidirectional
  readable = 3,          // the stream has bytes to take
  finished = 4,          // no more bytes after those that wait
  reset = 5,             // the peer abandoned its half; value is its code
  stopped = 6,           // the peer wants no more; value is its code where known, else 0
  writable = 7,          // below the high-water mark again
  streamClosed = 8,      // both halves are over
  datagrams = 9,         // datagrams wait to be taken
  closed = 10,           // the connection is over; its close info can be read until the batch ends
  streamsAvailable = 11, // the peer allows more streams; value 1 if bidirectional
};

struct Event {
  EventType type;
  uint32_t connection;
  int64_t stream;
  double value;
};
