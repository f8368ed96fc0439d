#include "connection.h"

#include <algorithm>
#include <cstring>

#include "endpoint.h"
#include "packet_protection.h"
#include "random.h"

namespace {

constexpr uint64_t kMs = NGTCP2_MILLISECONDS;
// What the peer may send before JavaScript has read: 4 MiB a stream, 16 MiB a connection.
constexpr uint64_t kStreamWindow = 4u << 20;
constexpr uint64_t kConnectionWindow = 16u << 20;
constexpr uint64_t kStreams = 1000;
constexpr size_t kUdpPayload = 1452;
// Long enough to cost an idle link little, short enough for the address translators on its way; less where the connection itself idles out sooner.
constexpr uint64_t kKeepAliveMs = 20000;
// Assumed until measured (RFC 9002 section 6.2.2 proposes 333): a first packet that finds nobody listening yet, as when a whole site
// starts at once, is sent again after a third of a second instead of a full one.
constexpr uint64_t kInitialRttMs = 100;

Connection *self(void *user) { return static_cast<Connection *>(user); }

void onRandom(uint8_t *out, size_t length, const ngtcp2_rand_ctx *) { gnutls_rnd(GNUTLS_RND_NONCE, out, length); }

std::string textOf(const ngtcp2_cid &cid) { return std::string(reinterpret_cast<const char *>(cid.data), cid.datalen); }

}  // namespace

Connection::Connection(Endpoint &endpoint, uint32_t id, bool server, const Address &peer, const Address &local,
                       std::shared_ptr<Identity> identity)
    : id(id), server(server), admittedFrom(peer), endpoint_(endpoint), local_(local), identity_(std::move(identity)) {
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
  protectPackets(calls);
  calls.get_path_challenge_data = ngtcp2_crypto_get_path_challenge_data_cb;
  calls.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
  calls.rand = onRandom;
  calls.get_new_connection_id = onNewConnectionId;
  calls.remove_connection_id = onRemoveConnectionId;
  calls.handshake_completed = onHandshake;
  calls.handshake_confirmed = onHandshakeConfirmed;
  calls.recv_stream_data = onStreamData;
  calls.acked_stream_data_offset = onAcked;
  calls.stream_open = onStreamOpen;
  calls.stream_close = onStreamClose;
  calls.stream_reset = onStreamReset;
  tell_stop_sending(calls, onStopSending);
  calls.extend_max_stream_data = onMoreStreamCredit;
  calls.extend_max_local_streams_bidi = onMoreBidi;
  calls.extend_max_local_streams_uni = onMoreUni;
  calls.recv_datagram = onDatagram;
  calls.lost_datagram = onLostDatagram;
  calls.recv_stateless_reset = onStatelessReset;
  calls.dcid_status = onPeerConnectionId;
  return calls;
}

ngtcp2_settings Connection::settings(const ConnectionLimits &limits) const {
  ngtcp2_settings settings;
  ngtcp2_settings_default(&settings);
  settings.initial_ts = monotonicNow();
  settings.max_tx_udp_payload_size = kUdpPayload;
  settings.handshake_timeout = limits.handshakeTimeoutMs * kMs;
  settings.cc_algo = limits.congestion;
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
  params.active_connection_id_limit = 4;
  return params;
}

ngtcp2_path Connection::pathTo(const Address &remote, const Address &local) const {
  ngtcp2_path path{};
  path.local.addr = const_cast<sockaddr *>(local.get());
  path.local.addrlen = local.length;
  path.remote.addr = const_cast<sockaddr *>(remote.get());
  path.remote.addrlen = remote.length;
  return path;
}

std::unique_ptr<Connection> Connection::accept(Endpoint &endpoint, uint32_t id, const ngtcp2_pkt_hd &initial,
                                               const Received &packet, const AcceptSettings &accepting) {
  std::unique_ptr<Connection> made(new Connection(endpoint, id, true, packet.from, packet.to, accepting.identity));
  ngtcp2_cid scid = randomCid();
  ngtcp2_transport_params params = Connection::params(accepting.limits);
  ngtcp2_settings settings = made->settings(accepting.limits);
  if (accepting.original != nullptr) {
    params_set_original_dcid(params, *accepting.original);
    params.retry_scid = initial.dcid;
    params.retry_scid_present = 1;
    settings_set_token(settings, initial);
  } else {
    params_set_original_dcid(params, initial.dcid);
  }
  params.stateless_reset_token_present = 1;
  if (ngtcp2_crypto_generate_stateless_reset_token(params.stateless_reset_token, endpoint.secret.data(), endpoint.secret.size(),
                                                   &scid) != 0) {
    return nullptr;
  }
  ngtcp2_callbacks calls = callbacks(true);
  ngtcp2_path path = made->pathTo(packet.from, packet.to);
  if (ngtcp2_conn_server_new(&made->conn_, &initial.scid, &scid, &path, initial.version, &calls, &settings, &params, nullptr,
                             made.get()) != 0) {
    return nullptr;
  }
  made->session = newServerSession(&made->ref_, *made->identity_, accepting.alpn,
                                   accepting.limits.tickets ? &endpoint.ticketKey : nullptr);
  made->givesTickets_ = accepting.limits.tickets;
  if (made->session == nullptr) return nullptr;
  ngtcp2_conn_set_tls_native_handle(made->conn_, made->session);
  endpoint.addConnectionId(*made, textOf(scid));
  endpoint.addConnectionId(*made, textOf(initial.dcid));
  return made;
}

std::unique_ptr<Connection> Connection::dial(Endpoint &endpoint, uint32_t id, const Address &peer, const DialSettings &dialing) {
  std::unique_ptr<Connection> made(new Connection(endpoint, id, false, peer, endpoint.socket().local(), dialing.identity));
  ngtcp2_cid scid = randomCid(), dcid = randomCid();
  ngtcp2_transport_params params = Connection::params(dialing.limits);
  ngtcp2_callbacks calls = callbacks(false);
  ngtcp2_settings settings = made->settings(dialing.limits);
  ngtcp2_path path = made->pathTo(peer, made->local_);
  if (ngtcp2_conn_client_new(&made->conn_, &dcid, &scid, &path, NGTCP2_PROTO_VER_V1, &calls, &settings, &params, nullptr,
                             made.get()) != 0) {
    return nullptr;
  }
  made->session = newClientSession(&made->ref_, *made->identity_, dialing.alpn, dialing.serverName, dialing.ticket);
  if (made->session == nullptr) return nullptr;
  gnutls_handshake_set_hook_function(made->session, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET, GNUTLS_HOOK_POST, onTicket);
  ngtcp2_conn_set_tls_native_handle(made->conn_, made->session);
  ngtcp2_conn_set_keep_alive_timeout(made->conn_, std::min(kKeepAliveMs, dialing.limits.idleTimeoutMs / 2) * kMs);
  endpoint.addConnectionId(*made, textOf(scid));
  return made;
}

void Connection::receive(const Received &packet, uint64_t now) {
  if (over) {
    // Closing period (RFC 9000 section 10.2.1): answer, ever more rarely.
    closeReplies_++;
    if (closePacket_.empty() || (closeReplies_ & (closeReplies_ - 1)) != 0) return;
    endpoint_.socket().add(closePacket_.data(), closePacket_.size(), packet.from, packet.to);
    return;
  }
  bytesReceived_ += packet.length;
  packetsReceived_++;
  ngtcp2_path path = pathTo(packet.from, server ? packet.to : local_);
  ngtcp2_pkt_info info{};
  info.ecn = packet.ecn;
  int rv = ngtcp2_conn_read_pkt(conn_, &path, &info, packet.data, packet.length, now);
  endpoint_.markDirty(*this);
  if (rv != 0) return fail(rv);
  retryBlocked();
  adjustBulk(now);
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

void Connection::moved(uint64_t now) {
  if (over || server) return;
  Address remote = this->remote();
  local_ = endpoint_.socket().local();
  ngtcp2_path path = pathTo(remote, local_);
  // Refused before the handshake is confirmed: the peer then sees a new address as it does behind a NAT.
  if (ngtcp2_conn_initiate_immediate_migration(conn_, &path, now) != 0) ngtcp2_conn_set_local_addr(conn_, &path.local);
  endpoint_.markDirty(*this);
}

uint64_t Connection::expiry() const {
  if (over) return closeDeadline_;
  uint64_t expiry = ngtcp2_conn_get_expiry(conn_);
  return owedBidi_ + owedUni_ > 0 ? std::min(expiry, grantedAt_ + 10 * kMs) : expiry;
}

Address Connection::remote() const {
  const ngtcp2_path *path = ngtcp2_conn_get_path(conn_);
  return Address::of(path->remote.addr, path->remote.addrlen);
}

bool Connection::updateKeys() {
  // Before that ngtcp2 does not take the question (RFC 9001 section 6 forbids it).
  if (over || !confirmed_ || ngtcp2_conn_initiate_key_update(conn_, monotonicNow()) != 0) return false;
  endpoint_.markDirty(*this);
  return true;
}

void Connection::fail(int error) {
  switch (error) {
    case NGTCP2_ERR_DRAINING: {
      if (wasReset_) return finishClosed(ClosedBy::transport, 0, "the peer knows nothing of this connection any more (stateless reset)");
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
  if (n <= 0) return;
  const ngtcp2_path &path = storage.path;
  endpoint_.socket().add(closePacket_.data(), closePacket_.size(), Address::of(path.remote.addr, path.remote.addrlen),
                         Address::of(path.local.addr, path.local.addrlen));
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

void Connection::stats(double *out) const {
  ngtcp2_conn_info info = over ? ngtcp2_conn_info{} : this->info();
  uint64_t unsent = 0;
  for (const auto &entry : streams_) unsent += entry.second->send.unsent();
  const double values[] = {
      static_cast<double>(info.smoothed_rtt) / 1e6,
      info.min_rtt == UINT64_MAX ? 0 : static_cast<double>(info.min_rtt) / 1e6,
      static_cast<double>(info.cwnd),
      static_cast<double>(info.bytes_in_flight),
      static_cast<double>(bytesSent_),
      static_cast<double>(bytesReceived_),
      static_cast<double>(packetsSent_),
      static_cast<double>(packetsReceived_),
      static_cast<double>(unsent),
      static_cast<double>(datagrams_.droppedFull),
      static_cast<double>(datagrams_.superseded),
      static_cast<double>(datagramsUnsendable_),
      static_cast<double>(datagramsLost_),
      static_cast<double>(arrived_.droppedFull),
  };
  memcpy(out, values, sizeof(values));
}

int Connection::onHandshake(ngtcp2_conn *, void *user) {
  Connection &connection = *self(user);
  connection.handshakeDone = true;
  if (connection.server) connection.confirmed_ = true;
  connection.endpoint_.handshakeFinished(connection);
  connection.endpoint_.event(EventType::handshake, connection.id, -1, connection.server ? 1 : 0);
  // A client that comes back with the ticket is spared the certificates; who may come back is still decided each time.
  if (connection.givesTickets_) gnutls_session_ticket_send(connection.session, 1, 0);
  return 0;
}

int Connection::onHandshakeConfirmed(ngtcp2_conn *, void *user) {
  self(user)->confirmed_ = true;
  return 0;
}

int Connection::onTicket(gnutls_session_t session, unsigned, unsigned, unsigned incoming, const gnutls_datum_t *) {
  if (incoming == 0) return 0;
  auto *ref = static_cast<ngtcp2_crypto_conn_ref *>(gnutls_session_get_ptr(session));
  gnutls_datum_t data;
  if (gnutls_session_get_data2(session, &data) != 0) return 0;
  self(ref->user_data)->ticket.assign(reinterpret_cast<char *>(data.data), data.size);
  gnutls_free(data.data);
  return 0;
}

int Connection::onPeerConnectionId(ngtcp2_conn *, ConnectionIdStatus type, uint64_t, const ngtcp2_cid *,
                                   const uint8_t *token, void *user) {
  if (token == nullptr) return 0;
  Connection &connection = *self(user);
  std::string text(reinterpret_cast<const char *>(token), NGTCP2_STATELESS_RESET_TOKENLEN);
  if (type == NGTCP2_CONNECTION_ID_STATUS_TYPE_ACTIVATE) {
    connection.endpoint_.addResetToken(connection, text);
  } else {
    connection.endpoint_.removeResetToken(connection, text);
  }
  return 0;
}

int Connection::onStatelessReset(ngtcp2_conn *, const ngtcp2_pkt_stateless_reset *, void *user) {
  self(user)->wasReset_ = true;
  return 0;
}

int Connection::onNewConnectionId(ngtcp2_conn *, ngtcp2_cid *cid, uint8_t *token, size_t length, void *user) {
  Connection &connection = *self(user);
  cid->datalen = length;
  randomBytes(cid->data, length);
  const auto &secret = connection.endpoint_.secret;
  if (ngtcp2_crypto_generate_stateless_reset_token(token, secret.data(), secret.size(), cid) != 0) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  connection.endpoint_.addConnectionId(connection, textOf(*cid));
  return 0;
}

int Connection::onRemoveConnectionId(ngtcp2_conn *, const ngtcp2_cid *cid, void *user) {
  self(user)->endpoint_.removeConnectionId(*self(user), textOf(*cid));
  return 0;
}
