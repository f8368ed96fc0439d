// When each connection wants to be looked at again. One entry a connection, moved at once when it wants to be looked at earlier and only when
// its time has come when later: a busy connection's timer runs ahead of it with every packet, and most of those moves never matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

class Connection;

class Deadlines {
 public:
  static constexpr size_t kNone = SIZE_MAX;
  bool empty() const { return heap_.empty(); }
  uint64_t earliest() const { return heap_.front().at; }
  Connection &first() const { return *heap_.front().connection; }
  // Not after `at`; UINT64_MAX asks for nothing.
  void noLater(Connection &connection, uint64_t at);
  // For the first one, whose time has come: not before `at`.
  void postponeFirst(uint64_t at);
  void remove(Connection &connection);

 private:
  struct Entry {
    uint64_t at;
    Connection *connection;
  };
  void put(size_t place, Entry entry);
  void rise(size_t place, Entry entry);
  void sink(size_t place, Entry entry);
  std::vector<Entry> heap_;
};
