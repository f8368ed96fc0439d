// Datagrams of one connection that wait: to be sent, by class, newest wins per key, oldest dropped when full; and to be read, oldest
// dropped when full. Both bounded, and what is dropped is counted by reason.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "stream.h"

class OutgoingDatagrams {
 public:
  // True when an older one had to go.
  bool push(const uint8_t *data, size_t length, uint8_t trafficClass);
  // Takes the place of one with the same key that still waits. True when an older one of another key had to go.
  bool push(const uint8_t *data, size_t length, uint8_t trafficClass, uint32_t key);
  bool empty(int trafficClass) const { return queues_ == nullptr || queues_->of[trafficClass].empty(); }
  std::vector<uint8_t> &front(int trafficClass) { return queues_->of[trafficClass].front().bytes; }
  void pop(int trafficClass);
  uint64_t droppedFull = 0, superseded = 0;

 private:
  struct Datagram {
    std::vector<uint8_t> bytes;
    bool keyed = false;
    uint32_t key = 0;
  };
  // Made when first needed: most connections send none.
  struct Queues {
    std::deque<Datagram> of[kClasses];
    std::unordered_map<uint64_t, Datagram *> byKey;
    size_t count = 0;
    // Memory of datagrams that left, for those that come.
    std::vector<std::vector<uint8_t>> spare;
  };
  bool makeRoom();
  std::unique_ptr<Queues> queues_;
};

// What arrived, end to end in one block, so that JavaScript gets a batch in one piece.
class IncomingDatagrams {
 public:
  void push(const uint8_t *data, size_t length);
  bool empty() const { return first_ == lengths_.size(); }
  const uint8_t *bytes() const { return bytes_.data() + offset_; }
  size_t size() const { return bytes_.size() - offset_; }
  const uint32_t *lengths() const { return lengths_.data() + first_; }
  size_t count() const { return lengths_.size() - first_; }
  void clear();
  uint64_t droppedFull = 0;

 private:
  std::vector<uint8_t> bytes_;
  std::vector<uint32_t> lengths_;
  // The oldest that was not dropped.
  size_t first_ = 0, offset_ = 0;
};
