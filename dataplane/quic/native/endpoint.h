// One UDP socket and the connections over it. Packets come in by recvmmsg (with GRO), go out in batches (with GSO where the kernel has it);
// one timer serves all connections; JavaScript is called once per batch of events.
#pragma once

#include <node_api.h>
#include <sys/socket.h>
#include <uv.h>

#include <array>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "connection.h"

constexpr size_t kConnectionIdLength = 12;

// Nanoseconds of CLOCK_MONOTONIC, the clock that ngtcp2 is given everywhere.
uint64_t monotonicNow();

class Endpoint {
 public:
  // Null with `error` set when the address can't be bound.
  static Endpoint *bind(napi_env env, const Address &address, napi_value onEvents, std::string *error);

  void listen(std::shared_ptr<Identity> identity, Alpn alpn, ConnectionLimits limits);
  void setIdentity(std::shared_ptr<Identity> identity) { identity_ = std::move(identity); }
  // 0 when TLS could not be set up.
  uint32_t dial(const Address &peer, std::shared_ptr<Identity> identity, const std::string &alpn, const std::string &serverName,
                const ConnectionLimits &limits);
  Connection *find(uint32_t id);
  // Says goodbye on every connection and lets go of the socket. The object frees itself when libuv has.
  void close();

  // For connections.
  void event(EventType type, uint32_t connection, int64_t stream, double value) { events_.push_back({type, connection, stream, value}); }
  void markDirty(Connection &connection);
  void addConnectionId(Connection &connection, const std::string &cid);
  void removeConnectionId(const std::string &cid) { byConnectionId_.erase(cid); }
  void handshakeFinished(Connection &connection);
  bool canSend() const { return waiting_.empty() && !closing_; }
  // Sends `length` bytes as packets of `segment` bytes each (0: one packet). What the kernel has no room for waits.
  void send(const Address &to, const uint8_t *bytes, size_t length, size_t segment);

  const napi_env env;
  Address local;
  std::array<uint8_t, 32> resetSecret;
  std::vector<uint8_t> sendBuffer;
  bool gso = true;

 private:
  struct Waiting {
    Address to;
    std::vector<uint8_t> bytes;
    size_t segment;
  };
  explicit Endpoint(napi_env env) : env(env) {}
  void onReadable();
  void receive(const uint8_t *packet, size_t length, const Address &from, uint64_t now);
  void acceptInitial(const uint8_t *packet, size_t length, const Address &from, uint64_t now);
  void sendVersionNegotiation(const ngtcp2_version_cid &vc, const Address &from);
  void onWritable();
  void onTimer();
  void watch();
  void finishTurn();
  void deliver();
  void flushDirty();
  void reschedule(Connection &connection);
  void armTimer();
  void sweep();
  int sendNow(const Address &to, const uint8_t *bytes, size_t length, size_t segment);
  static void onClosed(uv_handle_t *handle);

  int socket_ = -1, timer_ = -1;
  uv_poll_t poll_{}, timerPoll_{};
  uv_prepare_t prepare_{};
  int openHandles_ = 0;
  bool closing_ = false;
  bool delivering_ = false;
  napi_ref onEvents_ = nullptr;
  napi_async_context context_ = nullptr;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  bool environmentEnds_ = false;

  std::shared_ptr<Identity> identity_;
  Alpn alpn_;
  ConnectionLimits limits_;
  bool listening_ = false;
  size_t halfOpen_ = 0;

  uint32_t nextId_ = 1;
  std::unordered_map<uint32_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<std::string, Connection *> byConnectionId_;
  std::vector<uint32_t> dirty_;
  std::set<std::pair<uint64_t, uint32_t>> expiries_;
  uint64_t armed_ = 0;
  std::vector<Event> events_;
  std::deque<Waiting> waiting_;
  std::vector<uint8_t> receiveBuffer_;
};

// Packets of one connection, gathered into as few system calls as GSO allows: equal lengths, the last may be shorter, one address.
class PacketBatch {
 public:
  explicit PacketBatch(Endpoint &endpoint) : endpoint_(endpoint) {}
  uint8_t *room(size_t *length);
  void add(size_t length, const ngtcp2_addr &to);
  void send();

 private:
  Endpoint &endpoint_;
  Address to_;
  size_t used_ = 0, segment_ = 0, count_ = 0;
  bool full_ = false;
};
