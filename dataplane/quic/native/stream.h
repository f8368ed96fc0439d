// One stream's two halves: what JavaScript gave to send, and what arrived and was not yet taken.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

constexpr int kClasses = 8;

// Bytes to send, kept until the peer acknowledged them. Large ones stay in JavaScript's memory under a reference; small ones are copied.
struct Chunk {
  const uint8_t *data = nullptr;
  size_t length = 0;
  napi_ref held = nullptr;
  std::unique_ptr<uint8_t[]> copy;
  size_t capacity = 0;
};

class SendQueue {
 public:
  explicit SendQueue(napi_env env) : env_(env) {}
  ~SendQueue() { clear(); }
  SendQueue(const SendQueue &) = delete;

  void push(const uint8_t *data, size_t length, napi_value owner);
  uint64_t unsent() const { return unsent_; }
  // Fills at most `limit` vectors with what comes next. Returns how many.
  template <typename Vec>
  size_t next(Vec *out, size_t limit) const {
    size_t count = 0, offset = offset_;
    for (size_t n = index_; n < chunks_.size() && count < limit; n++) {
      out[count].base = const_cast<uint8_t *>(chunks_[n].data + offset);
      out[count].len = chunks_[n].length - offset;
      if (out[count].len > 0) count++;
      offset = 0;
    }
    return count;
  }
  void sent(size_t length);
  // All up to this stream offset has arrived.
  void acknowledged(uint64_t offset);
  // No more is sent. What was sent stays: ngtcp2 may send it again until it has let go of the stream.
  void abandon();
  void clear();

 private:
  void release(Chunk &chunk);
  napi_env env_;
  std::deque<Chunk> chunks_;
  // Stream offset of the first chunk kept.
  uint64_t base_ = 0;
  // The next byte to send: chunk and place in it.
  size_t index_ = 0, offset_ = 0;
  uint64_t unsent_ = 0;
};

// Bytes that arrived, in blocks that never move, so that each byte is copied once into it and once out.
class ReceiveQueue {
 public:
  void push(const uint8_t *data, size_t length);
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  void copyTo(uint8_t *out) const;
  void clear();

 private:
  struct Block {
    std::unique_ptr<uint8_t[]> bytes;
    size_t length, capacity;
  };
  std::vector<Block> blocks_;
  size_t size_ = 0;
};

struct Stream {
  Stream(int64_t id, uint8_t trafficClass, napi_env env) : id(id), trafficClass(trafficClass), send(env) {}
  const int64_t id;
  uint8_t trafficClass;

  SendQueue send;
  bool finQueued = false;
  bool finSent = false;
  // The sending half is over for whatever reason but a FIN.
  bool writeShut = false;
  // Above the high-water mark: JavaScript waits for `writable`.
  bool wantsWritable = false;
  // Out of the peer's credit for this stream.
  bool blocked = false;
  // In its class's list of streams with something to send.
  bool listed = false;

  ReceiveQueue received;
  bool readableQueued = false;
  // We asked the peer to stop: what still comes is credited and dropped.
  bool discard = false;
  // ngtcp2 has let go of it; it lives on until JavaScript has read the rest.
  bool closed = false;

  bool hasWork() const { return !writeShut && !blocked && (send.unsent() > 0 || (finQueued && !finSent)); }
};
