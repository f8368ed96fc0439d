#include "stream.h"

#include <algorithm>
#include <cstring>

namespace {
// Below this a copy is cheaper than a reference to JavaScript's memory.
constexpr size_t kCopyBelow = 4096;
constexpr size_t kCopyBlock = 16384;
// What arrives alone and small gets no more than it needs.
constexpr size_t kSmall = 512;
constexpr size_t kReceiveBlock = 65536;
}  // namespace

void SendQueue::push(const uint8_t *data, size_t length, napi_value owner) {
  if (length == 0) return;
  unsent_ += length;
  if (length >= kCopyBelow) {
    Chunk chunk;
    chunk.data = data;
    chunk.length = length;
    napi_create_reference(env_, owner, 1, &chunk.held);
    chunks_.push_back(std::move(chunk));
    return;
  }
  if (!chunks_.empty()) {
    Chunk &last = chunks_.back();
    if (last.copy && last.length + length <= last.capacity) {
      memcpy(last.copy.get() + last.length, data, length);
      last.length += length;
      return;
    }
  }
  Chunk chunk;
  chunk.capacity = length < 256 ? 256 : kCopyBlock;
  chunk.copy.reset(new uint8_t[chunk.capacity]);
  memcpy(chunk.copy.get(), data, length);
  chunk.data = chunk.copy.get();
  chunk.length = length;
  chunks_.push_back(std::move(chunk));
}

void SendQueue::sent(size_t length) {
  unsent_ -= length;
  while (length > 0) {
    size_t left = chunks_[index_].length - offset_;
    if (length < left) {
      offset_ += length;
      return;
    }
    length -= left;
    // The last chunk may still grow, so the place stays in it until another follows.
    if (index_ + 1 == chunks_.size()) {
      offset_ = chunks_[index_].length;
      return;
    }
    index_++;
    offset_ = 0;
  }
}

void SendQueue::acknowledged(uint64_t offset) {
  while (!chunks_.empty() && base_ + chunks_.front().length <= offset) {
    if (index_ == 0) {
      // Sent to its end: a next push begins a chunk of its own.
      if (offset_ < chunks_.front().length) return;
      offset_ = 0;
    } else {
      index_--;
    }
    base_ += chunks_.front().length;
    release(chunks_.front());
    chunks_.pop_front();
  }
}

void SendQueue::release(Chunk &chunk) {
  if (chunk.held != nullptr) napi_delete_reference(env_, chunk.held);
  chunk.held = nullptr;
}

void SendQueue::abandon() {
  size_t kept = index_ + (offset_ > 0 ? 1 : 0);
  while (chunks_.size() > kept) {
    release(chunks_.back());
    chunks_.pop_back();
  }
  unsent_ = 0;
}

void SendQueue::clear() {
  for (auto &chunk : chunks_) release(chunk);
  chunks_.clear();
  index_ = offset_ = 0;
  unsent_ = 0;
}

void ReceiveQueue::push(const uint8_t *data, size_t length) {
  size_ += length;
  while (length > 0) {
    if (blocks_.empty() || blocks_.back().length == blocks_.back().capacity) {
      size_t capacity = blocks_.empty() && length <= kSmall ? length : kReceiveBlock;
      blocks_.push_back({std::unique_ptr<uint8_t[]>(new uint8_t[capacity]), 0, capacity});
    }
    Block &block = blocks_.back();
    size_t taken = std::min(length, block.capacity - block.length);
    memcpy(block.bytes.get() + block.length, data, taken);
    block.length += taken;
    data += taken;
    length -= taken;
  }
}

void ReceiveQueue::copyTo(uint8_t *out) const {
  for (const Block &block : blocks_) {
    memcpy(out, block.bytes.get(), block.length);
    out += block.length;
  }
}

void ReceiveQueue::clear() {
  blocks_.clear();
  size_ = 0;
}
