// One UDP socket and the connections over it. One timer serves all of them; JavaScript is called once per batch of events.
#pragma once

#include <node_api.h>
#include <uv.h>

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "admission.h"
#include "connection.h"
#include "deadlines.h"
#include "socket.h"

struct ListenSettings {
  std::shared_ptr<Identity> identity;
  Alpn alpn;
  ConnectionLimits limits;
  AdmissionLimits admission;
};

class Endpoint {
 public:
  // `secret`: 32 bytes that outlive the process where stateless resets and Retry tokens should. Null with `error` set when the address can't be bound.
  static Endpoint *bind(napi_env env, const Address &address, SendMode mode, const std::array<uint8_t, 32> &secret,
                        napi_value onEvents, std::string *error);

  void listen(ListenSettings settings);
  void setIdentity(std::shared_ptr<Identity> identity) { listening_.identity = std::move(identity); }
  // 0 when TLS could not be set up.
  uint32_t dial(const Address &peer, const DialSettings &settings);
  // Moves to another address; connections that were dialed from here go along (RFC 9000 section 9.2). False with `error` set when it can't be bound.
  bool rebind(const Address &address, std::string *error);
  Connection *find(uint32_t id);
  // Says goodbye on every connection and lets go of the socket. The object frees itself when libuv has; `done` is then resolved.
  void close(napi_deferred done);
  void stats(double *out) const;

  // For connections.
  void event(EventType type, uint32_t connection, int64_t stream, double value) { events_.push_back({type, connection, stream, value}); }
  void markDirty(Connection &connection);
  void addConnectionId(Connection &connection, const std::string &cid);
  void removeConnectionId(Connection &connection, const std::string &cid);
  void addResetToken(Connection &connection, const std::string &token);
  void removeResetToken(Connection &connection, const std::string &token);
  void handshakeFinished(Connection &connection);
  bool canSend() const { return !socket_->blocked() && !closing_; }
  UdpSocket &socket() { return *socket_; }

  const napi_env env;
  // What stateless reset tokens and Retry tokens are made from.
  const std::array<uint8_t, 32> secret;
  TicketKey ticketKey;

 private:
  // The socket's handle in the loop, apart from the endpoint so that another socket can take its place.
  struct SocketWatch {
    uv_poll_t poll;
    Endpoint *endpoint;
    std::unique_ptr<UdpSocket> socket;
  };
  Endpoint(napi_env env, const std::array<uint8_t, 32> &secret) : env(env), secret(secret), admission_(this->secret) {}
  void watch();
  void watchSocket(std::unique_ptr<UdpSocket> socket);
  void releaseSocket();
  void wantWritable();
  void onReadable();
  void receive(const Received &packet, uint64_t now);
  void acceptInitial(const Received &packet);
  void sendVersionNegotiation(const ngtcp2_version_cid &vc, const Received &packet);
  void sendStatelessReset(const ngtcp2_version_cid &vc, const Received &packet);
  void refuseToken(const ngtcp2_pkt_hd &initial, const Received &packet);
  void onWritable();
  void onTimer();
  void finishTurn();
  void deliver();
  void flushDirty();
  void armTimer();
  void remove(Connection &connection);
  void released();
  void resolveClosed();

  SocketWatch *watch_ = nullptr;
  UdpSocket *socket_ = nullptr;
  int timer_ = -1;
  uv_poll_t timerPoll_{};
  uv_prepare_t prepare_{};
  int openHandles_ = 0;
  bool closing_ = false;
  bool delivering_ = false;
  bool waitsWritable_ = false;
  napi_ref onEvents_ = nullptr;
  napi_async_context context_ = nullptr;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
  bool environmentEnds_ = false;
  napi_deferred closed_ = nullptr;

  ListenSettings listening_;
  bool isListening_ = false;
  Admission admission_;

  uint32_t nextId_ = 1;
  std::unordered_map<uint32_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<std::string, Connection *> byConnectionId_;
  // A stateless reset bears no connection id: it is known by the token at its end (RFC 9000 section 10.3.1).
  std::unordered_map<std::string, Connection *> byResetToken_;
  // What has something to send, each once; a connection that goes leaves it.
  std::vector<Connection *> dirty_, turn_;
  Deadlines deadlines_;
  uint64_t armed_ = 0;
  std::vector<Event> events_, batch_;
  uint64_t resetsSent_ = 0;
  // Of sockets that this endpoint had before.
  uint64_t lostBefore_ = 0;
};
