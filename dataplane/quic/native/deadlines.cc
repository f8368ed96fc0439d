#include "deadlines.h"

#include "connection.h"

void Deadlines::noLater(Connection &connection, uint64_t at) {
  if (at == UINT64_MAX) return;
  if (connection.deadline == kNone) {
    heap_.push_back({});
    return rise(heap_.size() - 1, {at, &connection});
  }
  if (at < heap_[connection.deadline].at) rise(connection.deadline, {at, &connection});
}

void Deadlines::postponeFirst(uint64_t at) {
  if (at == UINT64_MAX) return remove(first());
  sink(0, {at, heap_.front().connection});
}

void Deadlines::remove(Connection &connection) {
  size_t place = connection.deadline;
  if (place == kNone) return;
  connection.deadline = kNone;
  Entry last = heap_.back();
  heap_.pop_back();
  if (place == heap_.size()) return;
  if (place > 0 && last.at < heap_[(place - 1) / 2].at) return rise(place, last);
  sink(place, last);
}

void Deadlines::put(size_t place, Entry entry) {
  heap_[place] = entry;
  entry.connection->deadline = place;
}

void Deadlines::rise(size_t place, Entry entry) {
  while (place > 0) {
    size_t parent = (place - 1) / 2;
    if (heap_[parent].at <= entry.at) break;
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, entry);
}

void Deadlines::sink(size_t place, Entry entry) {
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].at < heap_[child].at) child++;
    if (entry.at <= heap_[child].at) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, entry);
}
