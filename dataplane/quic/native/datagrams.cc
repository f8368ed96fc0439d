#include "datagrams.h"

namespace {
constexpr size_t kDatagrams = 4096;
// Of those that wait to be read, together.
constexpr size_t kUnreadBytes = 8 << 20;
// An empty queue gives back what is larger than this.
constexpr size_t kKeepBytes = 1 << 16;
constexpr size_t kSpare = 256;
uint64_t keyOf(uint8_t trafficClass, uint32_t key) { return static_cast<uint64_t>(trafficClass) << 32 | key; }
}  // namespace

bool OutgoingDatagrams::makeRoom() {
  if (queues_ == nullptr) queues_.reset(new Queues());
  if (queues_->count < kDatagrams) return false;
  // The least urgent class gives up its oldest.
  for (int cls = kClasses - 1; cls >= 0; cls--) {
    if (queues_->of[cls].empty()) continue;
    pop(cls);
    break;
  }
  droppedFull++;
  return true;
}

bool OutgoingDatagrams::push(const uint8_t *data, size_t length, uint8_t trafficClass) {
  bool dropped = makeRoom();
  queues_->of[trafficClass].emplace_back();
  std::vector<uint8_t> &bytes = queues_->of[trafficClass].back().bytes;
  if (!queues_->spare.empty()) {
    bytes.swap(queues_->spare.back());
    queues_->spare.pop_back();
  }
  bytes.assign(data, data + length);
  queues_->count++;
  return dropped;
}

bool OutgoingDatagrams::push(const uint8_t *data, size_t length, uint8_t trafficClass, uint32_t key) {
  if (queues_ != nullptr) {
    auto older = queues_->byKey.find(keyOf(trafficClass, key));
    if (older != queues_->byKey.end()) {
      older->second->bytes.assign(data, data + length);
      superseded++;
      return false;
    }
  }
  bool dropped = push(data, length, trafficClass);
  Datagram &added = queues_->of[trafficClass].back();
  added.keyed = true;
  added.key = key;
  // A deque's elements stay where they are while others come and go at its ends.
  queues_->byKey[keyOf(trafficClass, key)] = &added;
  return dropped;
}

void OutgoingDatagrams::pop(int trafficClass) {
  auto &queue = queues_->of[trafficClass];
  Datagram &front = queue.front();
  if (front.keyed) queues_->byKey.erase(keyOf(static_cast<uint8_t>(trafficClass), front.key));
  if (queues_->spare.size() < kSpare) queues_->spare.push_back(std::move(front.bytes));
  queue.pop_front();
  queues_->count--;
}

void IncomingDatagrams::push(const uint8_t *data, size_t length) {
  while (count() >= kDatagrams || (!empty() && size() + length > kUnreadBytes)) {
    offset_ += lengths_[first_++];
    droppedFull++;
  }
  // What was dropped is moved out of the way now and then, not each time.
  if (first_ >= kDatagrams || offset_ >= kUnreadBytes) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset_));
    lengths_.erase(lengths_.begin(), lengths_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = offset_ = 0;
  }
  bytes_.insert(bytes_.end(), data, data + length);
  lengths_.push_back(static_cast<uint32_t>(length));
}

void IncomingDatagrams::clear() {
  if (bytes_.capacity() > kKeepBytes) {
    bytes_ = {};
    lengths_ = {};
  }
  bytes_.clear();
  lengths_.clear();
  first_ = offset_ = 0;
}
