#include "endpoint.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "random.h"

namespace {
// Batches read before others in the loop get their turn.
constexpr int kReadRounds = 4;
// What came first is delivered and answered after so long, before the rest of its batch is looked at: no datagram waits behind a long run
// of bulk, and no handshake for the arithmetic of those that came with it.
constexpr uint64_t kLongestHold = 300 * NGTCP2_MICROSECONDS;
// Header Form, in a packet's first byte (RFC 9000 section 17.2).
constexpr uint8_t kLongHeader = 0x80;
// A stateless reset must be shorter than what it answers and not tell apart from a packet (RFC 9000 section 10.3).
constexpr size_t kLeastResettable = 43;
constexpr size_t kLeastReset = 5 + NGTCP2_STATELESS_RESET_TOKENLEN;

void forget(std::vector<std::string> &list, const std::string &text) {
  for (auto &item : list) {
    if (item != text) continue;
    item.swap(list.back());
    list.pop_back();
    return;
  }
}
}  // namespace

Endpoint *Endpoint::bind(napi_env env, const Address &address, SendMode mode, const std::array<uint8_t, 32> &secret,
                         napi_value onEvents, std::string *error) {
  auto socket = UdpSocket::bind(address, mode, error);
  if (socket == nullptr) return nullptr;
  auto *made = new Endpoint(env, secret);
  made->timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  napi_create_reference(env, onEvents, 1, &made->onEvents_);
  napi_value name;
  napi_create_string_utf8(env, "fabric:quic", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, nullptr, name, &made->context_);
  made->watchSocket(std::move(socket));
  made->watch();
  return made;
}

void Endpoint::watchSocket(std::unique_ptr<UdpSocket> socket) {
  uv_loop_t *loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  watch_ = new SocketWatch{{}, this, std::move(socket)};
  watch_->poll.data = watch_;
  socket_ = watch_->socket.get();
  uv_poll_init(loop, &watch_->poll, socket_->fd());
  openHandles_++;
  waitsWritable_ = true;
  wantWritable();
}

// Both while nothing waits, and back again: whatever the socket's state asks for.
void Endpoint::wantWritable() {
  bool wants = socket_->blocked();
  if (wants == waitsWritable_) return;
  waitsWritable_ = wants;
  uv_poll_start(&watch_->poll, wants ? UV_READABLE | UV_WRITABLE : UV_READABLE, [](uv_poll_t *handle, int, int events) {
    Endpoint *endpoint = static_cast<SocketWatch *>(handle->data)->endpoint;
    if ((events & UV_WRITABLE) != 0) endpoint->onWritable();
    if ((events & UV_READABLE) != 0 && !endpoint->closing_) endpoint->onReadable();
  });
}

void Endpoint::releaseSocket() {
  uv_close(reinterpret_cast<uv_handle_t *>(&watch_->poll), [](uv_handle_t *handle) {
    auto *watch = static_cast<SocketWatch *>(handle->data);
    Endpoint *endpoint = watch->endpoint;
    delete watch;
    endpoint->released();
  });
  watch_ = nullptr;
}

void Endpoint::watch() {
  uv_loop_t *loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  timerPoll_.data = prepare_.data = this;
  uv_poll_init(loop, &timerPoll_, timer_);
  uv_prepare_init(loop, &prepare_);
  openHandles_ += 2;
  uv_poll_start(&timerPoll_, UV_READABLE, [](uv_poll_t *handle, int, int) { static_cast<Endpoint *>(handle->data)->onTimer(); });
  uv_prepare_start(&prepare_, [](uv_prepare_t *handle) { static_cast<Endpoint *>(handle->data)->finishTurn(); });
  // Only the socket keeps Node alive.
  uv_unref(reinterpret_cast<uv_handle_t *>(&timerPoll_));
  uv_unref(reinterpret_cast<uv_handle_t *>(&prepare_));
  napi_add_async_cleanup_hook(
      env,
      [](napi_async_cleanup_hook_handle, void *arg) {
        auto *endpoint = static_cast<Endpoint *>(arg);
        endpoint->environmentEnds_ = true;
        endpoint->close(nullptr);
      },
      this, &cleanup_);
}

void Endpoint::listen(ListenSettings settings) {
  admission_.limits = settings.admission;
  listening_ = std::move(settings);
  isListening_ = true;
}

uint32_t Endpoint::dial(const Address &peer, const DialSettings &settings) {
  uint32_t id = nextId_++;
  bool map = peer.family() == AF_INET && socket_->local().family() == AF_INET6;
  auto connection = Connection::dial(*this, id, map ? peer.mapped() : peer, settings);
  if (connection == nullptr) return 0;
  markDirty(*connection);
  connections_[id] = std::move(connection);
  return id;
}

bool Endpoint::rebind(const Address &address, std::string *error) {
  auto socket = UdpSocket::bind(address, socket_->mode(), error);
  if (socket == nullptr) return false;
  finishTurn();
  if (closing_) return true;
  lostBefore_ += socket_->lost() + socket_->waiting();
  releaseSocket();
  watchSocket(std::move(socket));
  for (auto &entry : connections_) entry.second->moved(monotonicNow());
  finishTurn();
  return true;
}

Connection *Endpoint::find(uint32_t id) {
  auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

// In.

void Endpoint::onReadable() {
  bool more = true;
  for (int batches = 0; more && !closing_ && batches < kReadRounds;) {
    uint64_t now = monotonicNow(), until = now + kLongestHold;
    more = socket_->receive([&](const Received &packet) {
      receive(packet, now);
      now = monotonicNow();
      return now < until;
    });
    // Nothing but the kernel wakes us: what was taken from it is worked off.
    if (!socket_->holdsReceived()) batches++;
    finishTurn();
  }
}

void Endpoint::receive(const Received &packet, uint64_t now) {
  ngtcp2_version_cid vc;
  int rv = ngtcp2_pkt_decode_version_cid(&vc, packet.data, packet.length, kConnectionIdLength);
  if (rv == NGTCP2_ERR_VERSION_NEGOTIATION) return sendVersionNegotiation(vc, packet);
  if (rv != 0) return;
  auto found = byConnectionId_.find(std::string(reinterpret_cast<const char *>(vc.dcid), vc.dcidlen));
  if (found != byConnectionId_.end()) return found->second->receive(packet, now);
  // A long header of version 0 is a version negotiation packet: its ids may be of any length, and nobody here asked for it.
  bool isLong = (packet.data[0] & kLongHeader) != 0;
  if (isLong && vc.version == 0) return;
  if (!isLong) {
    if (packet.length >= kLeastReset) {
      const auto *end = reinterpret_cast<const char *>(packet.data + packet.length - NGTCP2_STATELESS_RESET_TOKENLEN);
      auto reset = byResetToken_.find(std::string(end, NGTCP2_STATELESS_RESET_TOKENLEN));
      if (reset != byResetToken_.end()) return reset->second->receive(packet, now);
    }
    return sendStatelessReset(vc, packet);
  }
  acceptInitial(packet);
}

void Endpoint::acceptInitial(const Received &packet) {
  if (!isListening_ || closing_) return;
  ngtcp2_pkt_hd header;
  if (ngtcp2_accept(&header, packet.data, packet.length) != 0) return;
  ngtcp2_cid original;
  original.datalen = 0;
  switch (admission_.judge(header, packet.from, &original, monotonicNow())) {
    case Admission::Verdict::drop:
      return;
    case Admission::Verdict::invalidToken:
      return refuseToken(header, packet);
    case Admission::Verdict::retry: {
      size_t room;
      uint8_t *out = socket_->room(&room);
      size_t length = admission_.writeRetry(header, packet.from, out, room, monotonicNow());
      if (length > 0) socket_->add(length, packet.from, packet.to, 0);
      return;
    }
    case Admission::Verdict::accept:
      break;
  }
  uint32_t id = nextId_++;
  AcceptSettings settings{listening_.identity, listening_.alpn, listening_.limits, original.datalen > 0 ? &original : nullptr};
  auto connection = Connection::accept(*this, id, header, packet, settings);
  if (connection == nullptr) return;
  admission_.opened(packet.from);
  Connection &made = *connection;
  connections_[id] = std::move(connection);
  // Not the time at which its packet was taken: it was made since.
  made.receive(packet, monotonicNow());
}

void Endpoint::sendVersionNegotiation(const ngtcp2_version_cid &vc, const Received &packet) {
  if (!isListening_) return;
  size_t room;
  uint8_t *out = socket_->room(&room), unpredictable;
  gnutls_rnd(GNUTLS_RND_NONCE, &unpredictable, 1);
  // A version that asks for negotiation by itself comes first (RFC 9000 section 15).
  const uint32_t versions[] = {0x1a2a3a4a, NGTCP2_PROTO_VER_V1};
  ngtcp2_ssize n = ngtcp2_pkt_write_version_negotiation(out, room, unpredictable, vc.scid, vc.scidlen, vc.dcid, vc.dcidlen,
                                                        versions, 2);
  if (n > 0) socket_->add(static_cast<size_t>(n), packet.from, packet.to, 0);
}

void Endpoint::sendStatelessReset(const ngtcp2_version_cid &vc, const Received &packet) {
  if (packet.length < kLeastResettable || closing_ || !admission_.mayReset(monotonicNow())) return;
  ngtcp2_cid cid;
  ngtcp2_cid_init(&cid, vc.dcid, vc.dcidlen);
  uint8_t token[NGTCP2_STATELESS_RESET_TOKENLEN], noise[NGTCP2_MIN_STATELESS_RESET_RANDLEN + 16];
  if (ngtcp2_crypto_generate_stateless_reset_token(token, secret.data(), secret.size(), &cid) != 0) return;
  gnutls_rnd(GNUTLS_RND_NONCE, noise, sizeof(noise));
  size_t room;
  uint8_t *out = socket_->room(&room);
  if (room >= packet.length) room = packet.length - 1;
  ngtcp2_ssize n = ngtcp2_pkt_write_stateless_reset(out, room, token, noise, sizeof(noise));
  if (n <= 0) return;
  resetsSent_++;
  socket_->add(static_cast<size_t>(n), packet.from, packet.to, 0);
}

// RFC 9000 section 8.1.3: a client whose token is wrong learns it at once instead of by time-out.
void Endpoint::refuseToken(const ngtcp2_pkt_hd &initial, const Received &packet) {
  size_t room;
  uint8_t *out = socket_->room(&room);
  ngtcp2_ssize n = ngtcp2_crypto_write_connection_close(out, room, initial.version, &initial.scid, &initial.dcid,
                                                        NGTCP2_INVALID_TOKEN, nullptr, 0);
  if (n > 0) socket_->add(static_cast<size_t>(n), packet.from, packet.to, 0);
}

void Endpoint::handshakeFinished(Connection &connection) {
  if (connection.server) admission_.established();
}

void Endpoint::onWritable() {
  if (!socket_->drain()) return;
  for (auto &entry : connections_) markDirty(*entry.second);
  finishTurn();
}

// Time.

void Endpoint::onTimer() {
  uint64_t expirations;
  while (read(timer_, &expirations, sizeof(expirations)) > 0) {
  }
  armed_ = 0;
  uint64_t now = monotonicNow();
  while (!deadlines_.empty() && deadlines_.earliest() <= now) {
    Connection &connection = deadlines_.first();
    uint64_t expiry = connection.expiry();
    if (expiry > now) {
      deadlines_.postponeFirst(expiry);
      continue;
    }
    deadlines_.remove(connection);
    connection.expired(now);
    markDirty(connection);
  }
  finishTurn();
}

void Endpoint::armTimer() {
  uint64_t next = deadlines_.empty() ? 0 : deadlines_.earliest();
  // Who had more to send than one turn allows goes on in the next, even if nothing else wakes the loop.
  if (!dirty_.empty() && canSend()) next = 1;
  if (next == armed_) return;
  armed_ = next;
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(next / 1000000000u);
  when.it_value.tv_nsec = static_cast<long>(next % 1000000000u);
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
}

// The turn.

void Endpoint::markDirty(Connection &connection) {
  if (connection.dirty) return;
  connection.dirty = true;
  dirty_.push_back(&connection);
}

void Endpoint::addConnectionId(Connection &connection, const std::string &cid) {
  byConnectionId_[cid] = &connection;
  connection.connectionIds.push_back(cid);
}

void Endpoint::removeConnectionId(Connection &connection, const std::string &cid) {
  byConnectionId_.erase(cid);
  forget(connection.connectionIds, cid);
}

void Endpoint::addResetToken(Connection &connection, const std::string &token) {
  byResetToken_[token] = &connection;
  connection.resetTokens.push_back(token);
}

void Endpoint::removeResetToken(Connection &connection, const std::string &token) {
  byResetToken_.erase(token);
  forget(connection.resetTokens, token);
}

// JavaScript first, so that what it answers shares packets with our acknowledgements.
void Endpoint::finishTurn() {
  if (closing_ || delivering_) return;
  deliver();
  if (closing_) return;
  flushDirty();
  if (!events_.empty()) {
    deliver();
    if (closing_) return;
    flushDirty();
  }
  wantWritable();
  armTimer();
}

void Endpoint::flushDirty() {
  turn_.clear();
  turn_.swap(dirty_);
  for (Connection *connection : turn_) {
    connection->flush();
    if (connection->dead) {
      remove(*connection);
    } else {
      deadlines_.noLater(*connection, connection->expiry());
    }
  }
  socket_->flush();
}

void Endpoint::remove(Connection &connection) {
  deadlines_.remove(connection);
  if (connection.dirty) dirty_.erase(std::find(dirty_.begin(), dirty_.end(), &connection));
  for (const auto &cid : connection.connectionIds) byConnectionId_.erase(cid);
  for (const auto &token : connection.resetTokens) byResetToken_.erase(token);
  if (connection.server) admission_.closed(connection.admittedFrom, !connection.handshakeDone);
  connections_.erase(connection.id);
}

void Endpoint::deliver() {
  if (events_.empty() || environmentEnds_) {
    events_.clear();
    return;
  }
  delivering_ = true;
  napi_handle_scope handles;
  napi_open_handle_scope(env, &handles);
  napi_callback_scope callback;
  napi_value resource;
  napi_create_object(env, &resource);
  napi_open_callback_scope(env, resource, context_, &callback);
  batch_.clear();
  batch_.swap(events_);
  void *memory = nullptr;
  napi_value buffer, numbers, function, receiver;
  napi_create_arraybuffer(env, batch_.size() * 4 * sizeof(double), &memory, &buffer);
  napi_create_typedarray(env, napi_float64_array, batch_.size() * 4, buffer, 0, &numbers);
  auto *out = static_cast<double *>(memory);
  for (const Event &event : batch_) {
    *out++ = static_cast<double>(event.type);
    *out++ = static_cast<double>(event.connection);
    *out++ = static_cast<double>(event.stream);
    *out++ = event.value;
  }
  napi_get_reference_value(env, onEvents_, &function);
  napi_get_undefined(env, &receiver);
  napi_call_function(env, receiver, function, 1, &numbers, nullptr);
  bool thrown = false;
  napi_value error = nullptr;
  if (napi_is_exception_pending(env, &thrown) == napi_ok && thrown) napi_get_and_clear_last_exception(env, &error);
  napi_close_callback_scope(env, callback);
  if (error != nullptr) napi_fatal_exception(env, error);
  napi_close_handle_scope(env, handles);
  delivering_ = false;
}

void Endpoint::stats(double *out) const {
  out[0] = static_cast<double>(connections_.size());
  out[1] = static_cast<double>(admission_.halfOpen());
  out[2] = static_cast<double>(admission_.refused);
  out[3] = static_cast<double>(admission_.retries);
  out[4] = static_cast<double>(resetsSent_);
  out[5] = static_cast<double>(lostBefore_ + socket_->lost());
  out[6] = static_cast<double>(socket_->mode());
}

void Endpoint::close(napi_deferred done) {
  if (closing_) return;
  closed_ = done;
  std::vector<uint32_t> ids;
  for (auto &entry : connections_) ids.push_back(entry.first);
  for (uint32_t id : ids) find(id)->close(0, "");
  socket_->flush();
  closing_ = true;
  auto release = [](uv_handle_t *handle) { static_cast<Endpoint *>(handle->data)->released(); };
  uv_close(reinterpret_cast<uv_handle_t *>(&timerPoll_), release);
  uv_close(reinterpret_cast<uv_handle_t *>(&prepare_), release);
  releaseSocket();
}

void Endpoint::resolveClosed() {
  napi_handle_scope handles;
  napi_open_handle_scope(env, &handles);
  napi_value resource, nothing;
  napi_create_object(env, &resource);
  napi_get_undefined(env, &nothing);
  napi_callback_scope callback;
  napi_open_callback_scope(env, resource, context_, &callback);
  napi_resolve_deferred(env, closed_, nothing);
  napi_close_callback_scope(env, callback);
  napi_close_handle_scope(env, handles);
}

void Endpoint::released() {
  if (--openHandles_ > 0) return;
  ::close(timer_);
  connections_.clear();
  if (closed_ != nullptr && !environmentEnds_) resolveClosed();
  napi_delete_reference(env, onEvents_);
  napi_async_destroy(env, context_);
  if (cleanup_ != nullptr) napi_remove_async_cleanup_hook(cleanup_);
  delete this;
}
