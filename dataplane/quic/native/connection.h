// One QUIC connection: ngtcp2's state machine, its streams and datagrams, and the packet writer that serves them by class.
// Never calls into JavaScript: it appends to the endpoint's event list.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "compat.h"
#include "datagrams.h"
#include "deadlines.h"
#include "event.h"
#include "socket.h"
#include "stream.h"
#include "tls.h"

class Endpoint;

enum class ClosedBy : uint8_t { local = 0, peer = 1, idle = 2, transport = 3 };

struct CloseInfo {
  ClosedBy by = ClosedBy::local;
  uint64_t code = 0;
  std::string reason;
};

struct ConnectionLimits {
  uint64_t idleTimeoutMs = 30000;
  uint64_t handshakeTimeoutMs = 10000;
  ngtcp2_cc_algo congestion = NGTCP2_CC_ALGO_CUBIC;
  // Of a server: whether clients are given tickets for shorter handshakes.
  bool tickets = false;
};

struct AcceptSettings {
  std::shared_ptr<Identity> identity;
  const Alpn &alpn;
  const ConnectionLimits &limits;
  // The client came back with a Retry token: the connection id it first used.
  const ngtcp2_cid *original;
};

struct DialSettings {
  std::shared_ptr<Identity> identity;
  std::string alpn, serverName, ticket;
  ConnectionLimits limits;
};

class Connection {
 public:
  static std::unique_ptr<Connection> accept(Endpoint &endpoint, uint32_t id, const ngtcp2_pkt_hd &initial, const Received &packet,
                                            const AcceptSettings &settings);
  static std::unique_ptr<Connection> dial(Endpoint &endpoint, uint32_t id, const Address &peer, const DialSettings &settings);
  ~Connection();

  // From the socket and the clock.
  void receive(const Received &packet, uint64_t now);
  void expired(uint64_t now);
  // The endpoint has another socket: goes along, or leaves it to the peer to notice.
  void moved(uint64_t now);
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
  ReceiveQueue take(int64_t stream);
  double unsent(int64_t stream);
  // 0 queued, 1 an older one was dropped, 2 too large, 3 closed. A key of -1 is none.
  int sendDatagram(const uint8_t *data, size_t length, uint8_t trafficClass, int64_t key);
  IncomingDatagrams &incomingDatagrams();
  size_t maxDatagram() const;
  void stats(double *out) const;
  bool updateKeys();
  Address remote() const;
  void close(uint64_t code, const std::string &reason);

  const uint32_t id;
  const bool server;
  // The address that admission counted.
  const Address admittedFrom;
  gnutls_session_t session = nullptr;
  CloseInfo closeInfo;
  // What a later dial to the same server may begin with; empty until the server sent one.
  std::string ticket;
  bool handshakeDone = false;
  // Closed for JavaScript; kept for the closing period only to answer late packets.
  bool over = false;
  // Nothing more to do: the endpoint deletes it.
  bool dead = false;
  bool dirty = false;
  // Its place among the endpoint's deadlines.
  size_t deadline = Deadlines::kNone;
  std::vector<std::string> connectionIds;
  // What the peer would end a stateless reset with.
  std::vector<std::string> resetTokens;

 private:
  Connection(Endpoint &endpoint, uint32_t id, bool server, const Address &peer, const Address &local, std::shared_ptr<Identity> identity);
  static ngtcp2_callbacks callbacks(bool server);
  ngtcp2_settings settings(const ConnectionLimits &limits) const;
  static ngtcp2_transport_params params(const ConnectionLimits &limits);
  ngtcp2_path pathTo(const Address &remote, const Address &local) const;
  Stream *find(int64_t stream);
  Stream &add(int64_t stream, uint8_t trafficClass);
  void list(Stream &stream);
  void releaseIfDone(Stream &stream);
  void credit(int64_t stream, size_t length);
  void afterWrite(Stream &stream);
  void shutWrite(Stream &stream, uint64_t code);
  void grantStreams(uint64_t now);

  // The writer: see connection_write.cc.
  struct PacketRoom {
    uint8_t *out;
    size_t length;
    ngtcp2_path *path;
    ngtcp2_pkt_info *info;
    uint64_t now;
  };
  ngtcp2_ssize writePacket(const PacketRoom &room);
  ngtcp2_ssize writeOwn(const PacketRoom &room);
  int pickClass();
  bool writeDatagram(int cls, const PacketRoom &room, ngtcp2_ssize *written);
  bool writeStream(int cls, const PacketRoom &room, ngtcp2_ssize *written);
  // Round trips, window and bytes in flight as ngtcp2 has them now.
  ngtcp2_conn_info info() const;
  void choosePacing();
  // Bulk beside something urgent: see connection_write.cc.
  bool urgentLive(uint64_t now) const;
  void adjustBulk(uint64_t now);
  size_t burst() const;
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
  static int onStopSending(ngtcp2_conn *, int64_t stream, uint64_t code, void *user, void *);
  static int onMoreStreamCredit(ngtcp2_conn *, int64_t stream, uint64_t, void *user, void *);
  static int onMoreBidi(ngtcp2_conn *, uint64_t, void *user);
  static int onMoreUni(ngtcp2_conn *, uint64_t, void *user);
  static int onDatagram(ngtcp2_conn *, uint32_t, const uint8_t *data, size_t length, void *user);
  static int onHandshake(ngtcp2_conn *, void *user);
  static int onHandshakeConfirmed(ngtcp2_conn *, void *user);
  static int onLostDatagram(ngtcp2_conn *, uint64_t, void *user);
  static int onStatelessReset(ngtcp2_conn *, const ngtcp2_pkt_stateless_reset *, void *user);
  static int onPeerConnectionId(ngtcp2_conn *, ConnectionIdStatus type, uint64_t, const ngtcp2_cid *,
                                const uint8_t *token, void *user);
  static int onTicket(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming, const gnutls_datum_t *message);
  static int onNewConnectionId(ngtcp2_conn *, ngtcp2_cid *cid, uint8_t *token, size_t length, void *user);
  static int onRemoveConnectionId(ngtcp2_conn *, const ngtcp2_cid *cid, void *user);

  Endpoint &endpoint_;
  ngtcp2_conn *conn_ = nullptr;
  ngtcp2_crypto_conn_ref ref_{};
  // Where a dialed connection sends from; an accepted one goes by what the peer sent to.
  Address local_;
  std::shared_ptr<Identity> identity_;

  std::unordered_map<int64_t, std::unique_ptr<Stream>> streams_;
  // Streams with something to send, by class; the front is next.
  std::list<int64_t> ready_[kClasses];
  OutgoingDatagrams datagrams_;
  IncomingDatagrams arrived_;
  bool datagramsAnnounced_ = false, datagramsTurn_ = false;
  // The whole connection is out of the peer's credit.
  bool blocked_ = false;
  uint64_t bytesSent_ = 0, bytesReceived_ = 0, packetsSent_ = 0, packetsReceived_ = 0;
  uint64_t datagramsUnsendable_ = 0, datagramsLost_ = 0;
  bool wasReset_ = false, givesTickets_ = false;
  // Both ends know that the handshake is complete (RFC 9001 section 4.1.2).
  bool confirmed_ = false;
  // Packets leave at the pace of the congestion controller: on any path that is longer than a local one.
  bool paced_ = false, pacingChosen_ = false;
  // While something urgent is live, the less urgent classes keep no more than this in flight.
  uint64_t bulkWindow_ = 0, urgentAt_ = 0, adjustedAt_ = 0;
  bool bulkHeld_ = false;
  // As the writer counts it within one flush, while bulk is held.
  uint64_t inFlight_ = 0;
  // Streams the peer may open again, given back no faster than `kStreamsPerSecond`.
  uint64_t owedBidi_ = 0, owedUni_ = 0, grantedAt_ = 0;
  double grantBudget_ = 0;

  std::vector<uint8_t> closePacket_;
  uint64_t closeDeadline_ = 0;
  uint32_t closeReplies_ = 0;
};
