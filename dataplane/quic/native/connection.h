// One QUIC connection: ngtcp2's state machine, its streams and datagrams, and the packet writer that serves them by class.
// Never calls into JavaScript: it appends to the endpoint's event list.
#pragma once

#include <sys/socket.h>

#include <deque>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "compat.h"
#include "event.h"
#include "stream.h"
#include "tls.h"

class Endpoint;

enum class ClosedBy : uint8_t { local = 0, peer = 1, idle = 2, transport = 3 };

struct CloseInfo {
  ClosedBy by = ClosedBy::local;
  uint64_t code = 0;
  std::string reason;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
  sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
};

struct ConnectionLimits {
  uint64_t idleTimeoutMs = 30000;
  uint64_t handshakeTimeoutMs = 10000;
};

class Connection {
 public:
  static std::unique_ptr<Connection> accept(Endpoint &endpoint, uint32_t id, const ngtcp2_pkt_hd &initial, const Address &peer,
                                            std::shared_ptr<Identity> identity, const Alpn &alpn, const ConnectionLimits &limits);
  static std::unique_ptr<Connection> dial(Endpoint &endpoint, uint32_t id, const Address &peer, std::shared_ptr<Identity> identity,
                                          const std::string &alpn, const std::string &serverName, const ConnectionLimits &limits);
  ~Connection();

  // From the socket and the clock.
  void receive(const uint8_t *packet, size_t length, const Address &from, uint64_t now);
  void expired(uint64_t now);
  // Writes what may go now. Called once per turn for connections marked dirty.
  void flush();
  uint64_t expiry() const;

  // From JavaScript. A stream id of -1 means that the peer allows no more for now.
  int64_t openStream(bool bidirectional, uint8_t trafficClass);
  // Bytes waiting to be sent afterwards, or -1 when the half is over.
  double write(int64_t stream, const uint8_t *data, size_t length, napi_value owner);
  void finish(int64_t stream);
  void resetStream(int64_t stream, uint64_t code);
  void stopStream(int64_t stream, uint64_t code);
  void setClass(int64_t stream, uint8_t trafficClass);
  // Moves out what arrived and gives the peer credit for it.
  std::vector<uint8_t> take(int64_t stream);
  double unsent(int64_t stream);
  int sendDatagram(const uint8_t *data, size_t length, uint8_t trafficClass);
  std::deque<std::vector<uint8_t>> takeDatagrams();
  size_t maxDatagram() const;
  void stats(double *out) const;
  void close(uint64_t code, const std::string &reason);

  const uint32_t id;
  const bool server;
  gnutls_session_t session = nullptr;
  Address remote;
  CloseInfo closeInfo;
  bool handshakeDone = false;
  // Closed for JavaScript; kept for the closing period only to answer late packets.
  bool over = false;
  // Nothing more to do: the endpoint deletes it.
  bool dead = false;
  bool dirty = false;
  uint64_t scheduled = UINT64_MAX;
  std::vector<std::string> connectionIds;

 private:
  Connection(Endpoint &endpoint, uint32_t id, bool server, const Address &peer, std::shared_ptr<Identity> identity);
  static ngtcp2_callbacks callbacks(bool server);
  ngtcp2_settings settings(const ConnectionLimits &limits) const;
  static ngtcp2_transport_params params(const ConnectionLimits &limits);
  ngtcp2_path path() const;
  Stream *find(int64_t stream);
  Stream &add(int64_t stream, uint8_t trafficClass);
  void list(Stream &stream);
  void releaseIfDone(Stream &stream);
  void credit(int64_t stream, size_t length);
  void afterWrite(Stream &stream);
  void shutWrite(Stream &stream, uint64_t code);

  // The writer: see connection_write.cc.
  ngtcp2_ssize writePacket(uint8_t *out, size_t length, ngtcp2_path *path, uint64_t now);
  int pickClass();
  bool writeDatagram(int cls, uint8_t *out, size_t length, ngtcp2_path *path, uint64_t now, ngtcp2_ssize *written);
  bool writeStream(int cls, uint8_t *out, size_t length, ngtcp2_path *path, uint64_t now, ngtcp2_ssize *written);
  void retryBlocked();

  void fail(int error);
  void sendClose(const ngtcp2_ccerr &error);
  void finishClosed(ClosedBy by, uint64_t code, const std::string &reason);

  // ngtcp2's callbacks; `user` is the connection.
  static int onStreamData(ngtcp2_conn *, uint32_t flags, int64_t stream, uint64_t offset, const uint8_t *data, size_t length,
                          void *user, void *);
  static int onAcked(ngtcp2_conn *, int64_t stream, uint64_t offset, uint64_t length, void *user, void *);
  static int onStreamOpen(ngtcp2_conn *, int64_t stream, void *user);
  static int onStreamClose(ngtcp2_conn *, uint32_t flags, int64_t stream, uint64_t code, void *user, void *);
  static int onStreamReset(ngtcp2_conn *, int64_t stream, uint64_t finalSize, uint64_t code, void *user, void *);
  static int onMoreStreamCredit(ngtcp2_conn *, int64_t stream, uint64_t, void *user, void *);
  static int onMoreBidi(ngtcp2_conn *, uint64_t, void *user);
  static int onMoreUni(ngtcp2_conn *, uint64_t, void *user);
  static int onDatagram(ngtcp2_conn *, uint32_t, const uint8_t *data, size_t length, void *user);
  static int onHandshake(ngtcp2_conn *, void *user);
  static int onNewConnectionId(ngtcp2_conn *, ngtcp2_cid *cid, uint8_t *token, size_t length, void *user);
  static int onRemoveConnectionId(ngtcp2_conn *, const ngtcp2_cid *cid, void *user);

  Endpoint &endpoint_;
  ngtcp2_conn *conn_ = nullptr;
  ngtcp2_crypto_conn_ref ref_{};
  std::shared_ptr<Identity> identity_;

  std::unordered_map<int64_t, std::unique_ptr<Stream>> streams_;
  // Streams with something to send, by class; the front is next.
  std::list<int64_t> ready_[kClasses];
  std::deque<std::vector<uint8_t>> datagrams_[kClasses];
  size_t datagramsQueued_ = 0;
  std::deque<std::vector<uint8_t>> arrived_;
  bool datagramsAnnounced_ = false;
  // The whole connection is out of the peer's credit.
  bool blocked_ = false;
  uint64_t packetsWritten_ = 0;
  uint64_t bytesSent_ = 0, bytesReceived_ = 0, packetsSent_ = 0, datagramsDropped_ = 0;

  std::vector<uint8_t> closePacket_;
  uint64_t closeDeadline_ = 0;
  uint32_t closeReplies_ = 0;
};
