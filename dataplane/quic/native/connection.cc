#include "connection.h"

#include <cstring>

#include "endpoint.h"

namespace {

constexpr uint64_t kMs = NGTCP2_MILLISECONDS;
// What the peer may send before JavaScript has read: 4 MiB a stream, 16 MiB a connection.
constexpr uint64_t kStreamWindow = 4u << 20;
constexpr uint64_t kConnectionWindow = 16u << 20;
constexpr uint64_t kStreams = 1000;
constexpr size_t kUdpPayload = 1452;
constexpr uint64_t kKeepAliveMs = 10000;
// Assumed until measured (RFC 9002 section 6.2.2 proposes 333): a first packet that finds nobody listening yet, as when a whole site
// starts at once, is sent again after a third of a second instead of a full one.
constexpr uint64_t kInitialRttMs = 100;
// Datagrams waiting to be sent or read; the oldest goes when one more comes.
constexpr size_t kDatagrams = 4096;
// A write above this waits for `writable`, which comes at half of it.
constexpr uint64_t kHighWater = 1u << 20;
// Of a stream the peer opened, until JavaScript says otherwise: the middle of the order.
constexpr uint8_t kDefaultClass = 4;

Connection *self(void *user) { return static_cast<Connection *>(user); }

void randomBytes(uint8_t *out, size_t length) { gnutls_rnd(GNUTLS_RND_RANDOM, out, length); }
void onRandom(uint8_t *out, size_t length, const ngtcp2_rand_ctx *) { gnutls_rnd(GNUTLS_RND_NONCE, out, length); }

ngtcp2_cid randomCid() {
  ngtcp2_cid cid;
  cid.datalen = kConnectionIdLength;
  randomBytes(cid.data, cid.datalen);
  return cid;
}

std::string textOf(const ngtcp2_cid &cid) { return std::string(reinterpret_cast<const char *>(cid.data), cid.datalen); }

}  // namespace

Connection::Connection(Endpoint &endpoint, uint32_t id, bool server, const Address &peer, std::shared_ptr<Identity> identity)
    : id(id), server(server), remote(peer), endpoint_(endpoint), identity_(std::move(identity)) {
  ref_.user_data = this;
  ref_.get_conn = [](ngtcp2_crypto_conn_ref *ref) { return static_cast<Connection *>(ref->user_data)->conn_; };
}

Connection::~Connection() {
  if (conn_ != nullptr) ngtcp2_conn_del(conn_);
  if (session != nullptr) gnutls_deinit(session);
}

ngtcp2_callbacks Connection::callbacks(bool server) {
  ngtcp2_callbacks calls{};
  if (server) {
    calls.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
  } else {
    calls.client_initial = ngtcp2_crypto_client_initial_cb;
    calls.recv_retry = ngtcp2_crypto_recv_retry_cb;
  }
  calls.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
  calls.encrypt = ngtcp2_crypto_encrypt_cb;
  calls.decrypt = ngtcp2_crypto_decrypt_cb;
  calls.hp_mask = ngtcp2_crypto_hp_mask_cb;
  calls.update_key = ngtcp2_crypto_update_key_cb;
  calls.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
  calls.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
  calls.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
  calls.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
  calls.rand = onRandom;
  calls.get_new_connection_id = onNewConnectionId;
  calls.remove_connection_id = onRemoveConnectionId;
  calls.handshake_completed = onHandshake;
  calls.recv_stream_data = onStreamData;
  calls.acked_stream_data_offset = onAcked;
  calls.stream_open = onStreamOpen;
  calls.stream_close = onStreamClose;
  calls.stream_reset = onStreamReset;
  calls.extend_max_stream_data = onMoreStreamCredit;
  calls.extend_max_local_streams_bidi = onMoreBidi;
  calls.extend_max_local_streams_uni = onMoreUni;
  calls.recv_datagram = onDatagram;
  return calls;
}

ngtcp2_settings Connection::settings(const ConnectionLimits &limits) const {
  ngtcp2_settings settings;
  ngtcp2_settings_default(&settings);
  settings.initial_ts = monotonicNow();
  settings.max_tx_udp_payload_size = kUdpPayload;
  settings.handshake_timeout = limits.handshakeTimeoutMs * kMs;
  settings.cc_algo = NGTCP2_CC_ALGO_CUBIC;
  settings.initial_rtt = kInitialRttMs * kMs;
  return settings;
}

ngtcp2_transport_params Connection::params(const ConnectionLimits &limits) {
  ngtcp2_transport_params params;
  ngtcp2_transport_params_default(&params);
  params.initial_max_stream_data_bidi_local = kStreamWindow;
  params.initial_max_stream_data_bidi_remote = kStreamWindow;
  params.initial_max_stream_data_uni = kStreamWindow;
  params.initial_max_data = kConnectionWindow;
  params.initial_max_streams_bidi = kStreams;
  params.initial_max_streams_uni = kStreams;
  params.max_idle_timeout = limits.idleTimeoutMs * kMs;
  params.max_datagram_frame_size = 65535;
  params.active_connection_id_limit = 7;
  return params;
}

ngtcp2_path Connection::path() const {
  ngtcp2_path path{};
  path.local.addr = const_cast<sockaddr *>(endpoint_.local.get());
  path.local.addrlen = endpoint_.local.length;
  path.remote.addr = const_cast<sockaddr *>(remote.get());
  path.remote.addrlen = remote.length;
  return path;
}

std::unique_ptr<Connection> Connection::accept(Endpoint &endpoint, uint32_t id, const ngtcp2_pkt_hd &initial, const Address &peer,
                                               std::shared_ptr<Identity> identity, const Alpn &alpn,
                                               const ConnectionLimits &limits) {
  std::unique_ptr<Connection> made(new Connection(endpoint, id, true, peer, std::move(identity)));
  ngtcp2_cid scid = randomCid();
  ngtcp2_transport_params params = Connection::params(limits);
  params_set_original_dcid(params, initial.dcid);
  ngtcp2_callbacks calls = callbacks(true);
  ngtcp2_settings settings = made->settings(limits);
  ngtcp2_path path = made->path();
  if (ngtcp2_conn_server_new(&made->conn_, &initial.scid, &scid, &path, initial.version, &calls, &settings, &params, nullptr,
                             made.get()) != 0) {
    return nullptr;
  }
  made->session = newServerSession(&made->ref_, *made->identity_, alpn);
  if (made->session == nullptr) return nullptr;
  ngtcp2_conn_set_tls_native_handle(made->conn_, made->session);
  endpoint.addConnectionId(*made, textOf(scid));
  endpoint.addConnectionId(*made, textOf(initial.dcid));
  return made;
}

std::unique_ptr<Connection> Connection::dial(Endpoint &endpoint, uint32_t id, const Address &peer,
                                             std::shared_ptr<Identity> identity, const std::string &alpn,
                                             const std::string &serverName, const ConnectionLimits &limits) {
  std::unique_ptr<Connection> made(new Connection(endpoint, id, false, peer, std::move(identity)));
  ngtcp2_cid scid = randomCid(), dcid = randomCid();
  ngtcp2_transport_params params = Connection::params(limits);
  ngtcp2_callbacks calls = callbacks(false);
  ngtcp2_settings settings = made->settings(limits);
  ngtcp2_path path = made->path();
  if (ngtcp2_conn_client_new(&made->conn_, &dcid, &scid, &path, NGTCP2_PROTO_VER_V1, &calls, &settings, &params, nullptr,
                             made.get()) != 0) {
    return nullptr;
  }
  made->session = newClientSession(&made->ref_, *made->identity_, alpn, serverName);
  if (made->session == nullptr) return nullptr;
  ngtcp2_conn_set_tls_native_handle(made->conn_, made->session);
  ngtcp2_conn_set_keep_alive_timeout(made->conn_, kKeepAliveMs * kMs);
  endpoint.addConnectionId(*made, textOf(scid));
  return made;
}

void Connection::receive(const uint8_t *packet, size_t length, const Address &from, uint64_t now) {
  if (over) {
    // Closing period (RFC 9000 section 10.2.1): answer, ever more rarely.
    if (closePacket_.empty() || (++closeReplies_ & (closeReplies_ - 1)) != 0) return;
    endpoint_.send(from, closePacket_.data(), closePacket_.size(), 0);
    return;
  }
  bytesReceived_ += length;
  ngtcp2_path path = this->path();
  path.remote.addr = const_cast<sockaddr *>(from.get());
  path.remote.addrlen = from.length;
  ngtcp2_pkt_info info{};
  int rv = ngtcp2_conn_read_pkt(conn_, &path, &info, packet, length, now);
  endpoint_.markDirty(*this);
  if (rv != 0) return fail(rv);
  retryBlocked();
}

void Connection::expired(uint64_t now) {
  if (over) {
    dead = true;
    return;
  }
  int rv = ngtcp2_conn_handle_expiry(conn_, now);
  endpoint_.markDirty(*this);
  if (rv != 0) fail(rv);
}

uint64_t Connection::expiry() const { return over ? closeDeadline_ : ngtcp2_conn_get_expiry(conn_); }

void Connection::fail(int error) {
  switch (error) {
    case NGTCP2_ERR_DRAINING: {
      ngtcp2_ccerr received = received_ccerr(conn_);
      bool application = received.type == NGTCP2_CCERR_TYPE_APPLICATION;
      std::string reason(reinterpret_cast<const char *>(received.reason), received.reasonlen);
      return finishClosed(application ? ClosedBy::peer : ClosedBy::transport, received.error_code, reason);
    }
    case NGTCP2_ERR_IDLE_CLOSE:
      return finishClosed(ClosedBy::idle, 0, "nothing was heard from the peer");
    case NGTCP2_ERR_DROP_CONN:
    case NGTCP2_ERR_RETRY:
      return finishClosed(ClosedBy::transport, 0, "dropped");
    case NGTCP2_ERR_HANDSHAKE_TIMEOUT:
      return finishClosed(ClosedBy::transport, 0, "the handshake took too long");
    default:
      break;
  }
  ngtcp2_ccerr problem;
  ngtcp2_ccerr_default(&problem);
  std::string reason = ngtcp2_strerror(error);
  if (error == NGTCP2_ERR_CRYPTO) {
    uint8_t alert = ngtcp2_conn_get_tls_alert(conn_);
    ccerr_set_alert(&problem, alert);
    const char *name = gnutls_alert_get_name(static_cast<gnutls_alert_description_t>(alert));
    reason = std::string("TLS: ") + (name != nullptr ? name : "handshake failed");
  } else {
    ccerr_set_liberr(&problem, error);
  }
  sendClose(problem);
  finishClosed(ClosedBy::transport, problem.error_code, reason);
}

void Connection::close(uint64_t code, const std::string &reason) {
  if (over) return;
  ngtcp2_ccerr problem;
  ngtcp2_ccerr_default(&problem);
  std::string text = reason.substr(0, 512);
  ngtcp2_ccerr_set_application_error(&problem, code, reinterpret_cast<const uint8_t *>(text.data()), text.size());
  flush();
  if (over) return;
  sendClose(problem);
  finishClosed(ClosedBy::local, code, text);
}

void Connection::sendClose(const ngtcp2_ccerr &error) {
  if (ngtcp2_conn_in_closing_period(conn_) || ngtcp2_conn_in_draining_period(conn_)) return;
  closePacket_.resize(kUdpPayload);
  ngtcp2_path_storage storage;
  ngtcp2_path_storage_zero(&storage);
  ngtcp2_pkt_info info{};
  ngtcp2_ssize n = ngtcp2_conn_write_connection_close(conn_, &storage.path, &info, closePacket_.data(), closePacket_.size(),
                                                      &error, monotonicNow());
  closePacket_.resize(n > 0 ? static_cast<size_t>(n) : 0);
  if (n > 0) endpoint_.send(remote, closePacket_.data(), closePacket_.size(), 0);
}

void Connection::finishClosed(ClosedBy by, uint64_t code, const std::string &reason) {
  if (over) return;
  over = true;
  closeInfo = {by, code, reason};
  closeDeadline_ = monotonicNow() + 3 * ngtcp2_conn_get_pto(conn_);
  for (auto &entry : streams_) entry.second->send.clear();
  endpoint_.event(EventType::closed, id, -1, 0);
  endpoint_.markDirty(*this);
}

size_t Connection::maxDatagram() const {
  if (over || !handshakeDone) return 0;
  // Short header with the longest id, the tag, and the frame's own type and length.
  constexpr size_t kOverhead = 1 + 20 + 4 + 16 + 3;
  size_t payload = ngtcp2_conn_get_path_max_tx_udp_payload_size(conn_);
  const ngtcp2_transport_params *peer = ngtcp2_conn_get_remote_transport_params(conn_);
  size_t allowed = peer == nullptr || peer->max_datagram_frame_size < 3 ? 0 : peer->max_datagram_frame_size - 3;
  size_t fits = payload > kOverhead ? payload - kOverhead : 0;
  return fits < allowed ? fits : allowed;
}

void Connection::stats(double *out) const {
  ngtcp2_conn_info info{};
  if (!over) ngtcp2_conn_get_conn_info(conn_, &info);
  out[0] = static_cast<double>(info.smoothed_rtt) / 1e6;
  out[1] = info.min_rtt == UINT64_MAX ? 0 : static_cast<double>(info.min_rtt) / 1e6;
  out[2] = static_cast<double>(info.cwnd);
  out[3] = static_cast<double>(info.bytes_in_flight);
  out[4] = static_cast<double>(bytesSent_);
  out[5] = static_cast<double>(bytesReceived_);
  out[6] = static_cast<double>(packetsSent_);
  out[7] = static_cast<double>(datagramsDropped_);
}

// Streams, as JavaScript sees them.

Stream *Connection::find(int64_t stream) {
  auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : found->second.get();
}

Stream &Connection::add(int64_t stream, uint8_t trafficClass) {
  auto &slot = streams_[stream];
  slot.reset(new Stream(stream, trafficClass, endpoint_.env));
  return *slot;
}

int64_t Connection::openStream(bool bidirectional, uint8_t trafficClass) {
  if (over) return -2;
  int64_t stream = -1;
  int rv = bidirectional ? ngtcp2_conn_open_bidi_stream(conn_, &stream, nullptr) : ngtcp2_conn_open_uni_stream(conn_, &stream, nullptr);
  if (rv != 0) return -1;
  add(stream, trafficClass);
  return stream;
}

double Connection::write(int64_t id, const uint8_t *data, size_t length, napi_value owner) {
  Stream *stream = find(id);
  if (over || stream == nullptr || stream->writeShut || stream->finQueued) return -1;
  stream->send.push(data, length, owner);
  if (stream->send.unsent() > kHighWater) stream->wantsWritable = true;
  list(*stream);
  endpoint_.markDirty(*this);
  return static_cast<double>(stream->send.unsent());
}

void Connection::finish(int64_t id) {
  Stream *stream = find(id);
  if (over || stream == nullptr || stream->writeShut || stream->finQueued) return;
  stream->finQueued = true;
  list(*stream);
  endpoint_.markDirty(*this);
}

void Connection::resetStream(int64_t id, uint64_t code) {
  Stream *stream = find(id);
  if (over || stream == nullptr || stream->writeShut) return;
  stream->writeShut = true;
  stream->send.clear();
  stream_shutdown_write(conn_, id, code);
  endpoint_.markDirty(*this);
}

void Connection::stopStream(int64_t id, uint64_t code) {
  Stream *stream = find(id);
  if (over || stream == nullptr || stream->discard) return;
  stream->discard = true;
  credit(id, stream->received.size());
  stream->received.clear();
  if (!stream->closed) stream_shutdown_read(conn_, id, code);
  endpoint_.markDirty(*this);
  releaseIfDone(*stream);
}

void Connection::setClass(int64_t id, uint8_t trafficClass) {
  Stream *stream = find(id);
  if (stream == nullptr || stream->trafficClass == trafficClass) return;
  if (stream->listed) {
    ready_[stream->trafficClass].remove(id);
    stream->listed = false;
  }
  stream->trafficClass = trafficClass;
  list(*stream);
}

std::vector<uint8_t> Connection::take(int64_t id) {
  Stream *stream = find(id);
  if (stream == nullptr) return {};
  std::vector<uint8_t> bytes = std::move(stream->received);
  stream->received = {};
  stream->readableQueued = false;
  credit(id, bytes.size());
  releaseIfDone(*stream);
  return bytes;
}

double Connection::unsent(int64_t id) {
  Stream *stream = find(id);
  return stream == nullptr ? 0 : static_cast<double>(stream->send.unsent());
}

void Connection::credit(int64_t stream, size_t length) {
  if (over || length == 0) return;
  ngtcp2_conn_extend_max_stream_offset(conn_, stream, length);
  ngtcp2_conn_extend_max_offset(conn_, length);
  endpoint_.markDirty(*this);
}

void Connection::releaseIfDone(Stream &stream) {
  if (stream.closed && stream.received.empty()) streams_.erase(stream.id);
}

void Connection::afterWrite(Stream &stream) {
  if (stream.wantsWritable && stream.send.unsent() <= kHighWater / 2) {
    stream.wantsWritable = false;
    endpoint_.event(EventType::writable, id, stream.id, 0);
  }
}

void Connection::shutWrite(Stream &stream, uint64_t code) {
  if (stream.writeShut) return;
  stream.writeShut = true;
  stream.send.clear();
  endpoint_.event(EventType::stopped, id, stream.id, static_cast<double>(code));
}

int Connection::sendDatagram(const uint8_t *data, size_t length, uint8_t trafficClass) {
  if (over) return 3;
  if (length > maxDatagram()) return 2;
  int outcome = 0;
  if (datagramsQueued_ >= kDatagrams) {
    // The least urgent class gives up its oldest.
    for (int cls = kClasses - 1; cls >= 0; cls--) {
      if (datagrams_[cls].empty()) continue;
      datagrams_[cls].pop_front();
      break;
    }
    datagramsQueued_--;
    datagramsDropped_++;
    outcome = 1;
  }
  datagrams_[trafficClass].emplace_back(data, data + length);
  datagramsQueued_++;
  endpoint_.markDirty(*this);
  return outcome;
}

std::deque<std::vector<uint8_t>> Connection::takeDatagrams() {
  datagramsAnnounced_ = false;
  return std::move(arrived_);
}

// ngtcp2's callbacks.

int Connection::onStreamData(ngtcp2_conn *, uint32_t flags, int64_t id, uint64_t, const uint8_t *data, size_t length, void *user,
                             void *) {
  Connection &connection = *self(user);
  Stream *stream = connection.find(id);
  if (stream == nullptr || stream->discard) {
    connection.credit(id, length);
    return 0;
  }
  if (length > 0) {
    auto &received = stream->received;
    if (received.empty() && length > 512) received.reserve(65536);
    received.insert(received.end(), data, data + length);
    if (!stream->readableQueued) {
      stream->readableQueued = true;
      connection.endpoint_.event(EventType::readable, connection.id, id, 0);
    }
  }
  if ((flags & NGTCP2_STREAM_DATA_FLAG_FIN) != 0) connection.endpoint_.event(EventType::finished, connection.id, id, 0);
  return 0;
}

int Connection::onAcked(ngtcp2_conn *, int64_t id, uint64_t offset, uint64_t length, void *user, void *) {
  Stream *stream = self(user)->find(id);
  if (stream != nullptr) stream->send.acknowledged(offset + length);
  return 0;
}

int Connection::onStreamOpen(ngtcp2_conn *, int64_t id, void *user) {
  Connection &connection = *self(user);
  bool bidirectional = (id & 2) == 0;
  Stream &stream = connection.add(id, kDefaultClass);
  if (!bidirectional) stream.writeShut = true;
  connection.endpoint_.event(EventType::stream, connection.id, id, bidirectional ? 1 : 0);
  return 0;
}

int Connection::onStreamClose(ngtcp2_conn *conn, uint32_t, int64_t id, uint64_t, void *user, void *) {
  Connection &connection = *self(user);
  if (!ngtcp2_conn_is_local_stream(conn, id)) {
    if ((id & 2) == 0) {
      ngtcp2_conn_extend_max_streams_bidi(conn, 1);
    } else {
      ngtcp2_conn_extend_max_streams_uni(conn, 1);
    }
  }
  Stream *stream = connection.find(id);
  if (stream == nullptr) return 0;
  stream->closed = true;
  stream->send.clear();
  connection.endpoint_.event(EventType::streamClosed, connection.id, id, 0);
  connection.releaseIfDone(*stream);
  return 0;
}

int Connection::onStreamReset(ngtcp2_conn *, int64_t id, uint64_t, uint64_t code, void *user, void *) {
  Connection &connection = *self(user);
  Stream *stream = connection.find(id);
  if (stream == nullptr) return 0;
  stream->discard = true;
  connection.credit(id, stream->received.size());
  stream->received.clear();
  connection.endpoint_.event(EventType::reset, connection.id, id, static_cast<double>(code));
  return 0;
}

int Connection::onMoreStreamCredit(ngtcp2_conn *, int64_t id, uint64_t, void *user, void *) {
  Stream *stream = self(user)->find(id);
  if (stream == nullptr) return 0;
  stream->blocked = false;
  self(user)->list(*stream);
  return 0;
}

int Connection::onMoreBidi(ngtcp2_conn *, uint64_t, void *user) {
  self(user)->endpoint_.event(EventType::streamsAvailable, self(user)->id, -1, 1);
  return 0;
}

int Connection::onMoreUni(ngtcp2_conn *, uint64_t, void *user) {
  self(user)->endpoint_.event(EventType::streamsAvailable, self(user)->id, -1, 0);
  return 0;
}

int Connection::onDatagram(ngtcp2_conn *, uint32_t, const uint8_t *data, size_t length, void *user) {
  Connection &connection = *self(user);
  if (connection.arrived_.size() >= kDatagrams) {
    connection.arrived_.pop_front();
    connection.datagramsDropped_++;
  }
  connection.arrived_.emplace_back(data, data + length);
  if (!connection.datagramsAnnounced_) {
    connection.datagramsAnnounced_ = true;
    connection.endpoint_.event(EventType::datagrams, connection.id, -1, 0);
  }
  return 0;
}

int Connection::onHandshake(ngtcp2_conn *, void *user) {
  Connection &connection = *self(user);
  connection.handshakeDone = true;
  connection.endpoint_.handshakeFinished(connection);
  connection.endpoint_.event(EventType::handshake, connection.id, -1, connection.server ? 1 : 0);
  return 0;
}

int Connection::onNewConnectionId(ngtcp2_conn *, ngtcp2_cid *cid, uint8_t *token, size_t length, void *user) {
  Connection &connection = *self(user);
  cid->datalen = length;
  randomBytes(cid->data, length);
  const auto &secret = connection.endpoint_.resetSecret;
  if (ngtcp2_crypto_generate_stateless_reset_token(token, secret.data(), secret.size(), cid) != 0) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  connection.endpoint_.addConnectionId(connection, textOf(*cid));
  return 0;
}

int Connection::onRemoveConnectionId(ngtcp2_conn *, const ngtcp2_cid *cid, void *user) {
  self(user)->endpoint_.removeConnectionId(textOf(*cid));
  return 0;
}
