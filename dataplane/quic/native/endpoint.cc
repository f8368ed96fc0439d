#include "endpoint.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace {

constexpr int kMessages = 16;
constexpr size_t kReceiveSize = 65536;
constexpr int kSocketBuffer = 4 << 20;
// Handshakes in flight on a listening socket; a further Initial is dropped, and its sender tries again.
constexpr size_t kHalfOpen = 1024;
// Batches waiting for room in the socket; beyond it they are lost as on any network.
constexpr size_t kWaiting = 256;
// A batch stays below 64 KiB, the most that one UDP send takes.
constexpr size_t kSegments = 44;
constexpr size_t kPacketRoom = 1452;

void growBuffer(int fd, int force, int polite) {
  int size = kSocketBuffer;
  if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)) != 0) setsockopt(fd, SOL_SOCKET, polite, &size, sizeof(size));
}

}  // namespace

uint64_t monotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

Endpoint *Endpoint::bind(napi_env env, const Address &address, napi_value onEvents, std::string *error) {
  int fd = ::socket(address.storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    *error = strerror(errno);
    return nullptr;
  }
  int on = 1, off = 0;
  if (address.storage.ss_family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  if (::bind(fd, address.get(), address.length) != 0) {
    *error = strerror(errno);
    ::close(fd);
    return nullptr;
  }
  growBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
  growBuffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
  setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on));

  auto *made = new Endpoint(env);
  made->socket_ = fd;
  made->timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  made->local.length = sizeof(made->local.storage);
  getsockname(fd, made->local.get(), &made->local.length);
  gnutls_rnd(GNUTLS_RND_KEY, made->resetSecret.data(), made->resetSecret.size());
  made->receiveBuffer_.resize(kMessages * kReceiveSize);
  made->sendBuffer.resize(kSegments * kPacketRoom);
  napi_create_reference(env, onEvents, 1, &made->onEvents_);
  napi_value name;
  napi_create_string_utf8(env, "fabric:quic", NAPI_AUTO_LENGTH, &name);
  napi_async_init(env, nullptr, name, &made->context_);
  made->watch();
  return made;
}

void Endpoint::watch() {
  uv_loop_t *loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  poll_.data = timerPoll_.data = prepare_.data = this;
  uv_poll_init(loop, &poll_, socket_);
  uv_poll_init(loop, &timerPoll_, timer_);
  uv_prepare_init(loop, &prepare_);
  openHandles_ = 3;
  uv_poll_start(&poll_, UV_READABLE, [](uv_poll_t *handle, int, int events) {
    auto *endpoint = static_cast<Endpoint *>(handle->data);
    if ((events & UV_WRITABLE) != 0) endpoint->onWritable();
    if ((events & UV_READABLE) != 0) endpoint->onReadable();
  });
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
        endpoint->close();
      },
      this, &cleanup_);
}

void Endpoint::listen(std::shared_ptr<Identity> identity, Alpn alpn, ConnectionLimits limits) {
  identity_ = std::move(identity);
  alpn_ = std::move(alpn);
  limits_ = limits;
  listening_ = true;
}

uint32_t Endpoint::dial(const Address &peer, std::shared_ptr<Identity> identity, const std::string &alpn,
                        const std::string &serverName, const ConnectionLimits &limits) {
  uint32_t id = nextId_++;
  auto connection = Connection::dial(*this, id, peer, std::move(identity), alpn, serverName, limits);
  if (connection == nullptr) return 0;
  markDirty(*connection);
  connections_[id] = std::move(connection);
  return id;
}

Connection *Endpoint::find(uint32_t id) {
  auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.get();
}

// In.

void Endpoint::onReadable() {
  for (int round = 0; round < 4 && !closing_; round++) {
    mmsghdr messages[kMessages];
    iovec vectors[kMessages];
    Address from[kMessages];
    alignas(cmsghdr) uint8_t control[kMessages][CMSG_SPACE(sizeof(int))];
    memset(messages, 0, sizeof(messages));
    for (int n = 0; n < kMessages; n++) {
      vectors[n] = {receiveBuffer_.data() + static_cast<size_t>(n) * kReceiveSize, kReceiveSize};
      msghdr &header = messages[n].msg_hdr;
      header.msg_name = &from[n].storage;
      header.msg_namelen = sizeof(from[n].storage);
      header.msg_iov = &vectors[n];
      header.msg_iovlen = 1;
      header.msg_control = control[n];
      header.msg_controllen = sizeof(control[n]);
    }
    int count = recvmmsg(socket_, messages, kMessages, MSG_DONTWAIT, nullptr);
    if (count <= 0) break;
    for (int n = 0; n < count; n++) {
      from[n].length = messages[n].msg_hdr.msg_namelen;
      size_t length = messages[n].msg_len, segment = length;
      for (cmsghdr *c = CMSG_FIRSTHDR(&messages[n].msg_hdr); c != nullptr; c = CMSG_NXTHDR(&messages[n].msg_hdr, c)) {
        if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
          int size;
          memcpy(&size, CMSG_DATA(c), sizeof(size));
          if (size > 0) segment = static_cast<size_t>(size);
        }
      }
      const uint8_t *bytes = static_cast<const uint8_t *>(vectors[n].iov_base);
      for (size_t at = 0; at < length; at += segment) {
        size_t size = length - at < segment ? length - at : segment;
        // Taken anew for each: ngtcp2 wants a clock that never steps back behind a connection made in this very batch.
        receive(bytes + at, size, from[n], monotonicNow());
      }
    }
    // What was received is answered before more is read, so that acknowledgements are not held up by a flood.
    finishTurn();
    if (count < kMessages) break;
  }
}

void Endpoint::receive(const uint8_t *packet, size_t length, const Address &from, uint64_t now) {
  ngtcp2_version_cid vc;
  int rv = ngtcp2_pkt_decode_version_cid(&vc, packet, length, kConnectionIdLength);
  if (rv == NGTCP2_ERR_VERSION_NEGOTIATION) return sendVersionNegotiation(vc, from);
  if (rv != 0) return;
  auto found = byConnectionId_.find(std::string(reinterpret_cast<const char *>(vc.dcid), vc.dcidlen));
  if (found != byConnectionId_.end()) return found->second->receive(packet, length, from, now);
  acceptInitial(packet, length, from, now);
}

void Endpoint::acceptInitial(const uint8_t *packet, size_t length, const Address &from, uint64_t now) {
  if (!listening_ || closing_ || halfOpen_ >= kHalfOpen) return;
  ngtcp2_pkt_hd header;
  if (ngtcp2_accept(&header, packet, length) != 0) return;
  uint32_t id = nextId_++;
  auto connection = Connection::accept(*this, id, header, from, identity_, alpn_, limits_);
  if (connection == nullptr) return;
  halfOpen_++;
  Connection &made = *connection;
  connections_[id] = std::move(connection);
  made.receive(packet, length, from, monotonicNow());
}

void Endpoint::sendVersionNegotiation(const ngtcp2_version_cid &vc, const Address &from) {
  if (!listening_) return;
  uint8_t packet[256], unpredictable;
  gnutls_rnd(GNUTLS_RND_NONCE, &unpredictable, 1);
  const uint32_t versions[] = {NGTCP2_PROTO_VER_V1};
  ngtcp2_ssize n = ngtcp2_pkt_write_version_negotiation(packet, sizeof(packet), unpredictable, vc.scid, vc.scidlen, vc.dcid,
                                                        vc.dcidlen, versions, 1);
  if (n > 0) send(from, packet, static_cast<size_t>(n), 0);
}

void Endpoint::handshakeFinished(Connection &connection) {
  if (connection.server && halfOpen_ > 0) halfOpen_--;
}

// Out.

uint8_t *PacketBatch::room(size_t *length) {
  if (full_ || endpoint_.sendBuffer.size() - used_ < kPacketRoom) send();
  *length = kPacketRoom;
  return endpoint_.sendBuffer.data() + used_;
}

void PacketBatch::add(size_t length, const ngtcp2_addr &to) {
  Address address;
  memcpy(&address.storage, to.addr, to.addrlen);
  address.length = to.addrlen;
  bool sameAddress = count_ == 0 || (address.length == to_.length && memcmp(&address.storage, &to_.storage, address.length) == 0);
  if (count_ > 0 && (length > segment_ || !sameAddress)) {
    // It begins a batch of its own: what came before goes first, then this is moved to the front.
    size_t at = used_;
    send();
    memmove(endpoint_.sendBuffer.data(), endpoint_.sendBuffer.data() + at, length);
  }
  if (count_ == 0) {
    segment_ = length;
    to_ = address;
  }
  used_ += length;
  count_++;
  if (length < segment_ || count_ >= kSegments) full_ = true;
}

void PacketBatch::send() {
  if (count_ > 0) endpoint_.send(to_, endpoint_.sendBuffer.data(), used_, count_ > 1 ? segment_ : 0);
  used_ = segment_ = count_ = 0;
  full_ = false;
}

void Endpoint::send(const Address &to, const uint8_t *bytes, size_t length, size_t segment) {
  if (waiting_.empty() && sendNow(to, bytes, length, segment) == 0) return;
  if (waiting_.size() >= kWaiting || closing_) return;
  waiting_.push_back({to, std::vector<uint8_t>(bytes, bytes + length), segment});
  uv_poll_start(&poll_, UV_READABLE | UV_WRITABLE, poll_.poll_cb);
}

// 0 when sent or lost for good, EAGAIN when the socket has no room.
int Endpoint::sendNow(const Address &to, const uint8_t *bytes, size_t length, size_t segment) {
  if (segment != 0 && !gso) {
    for (size_t at = 0; at < length; at += segment) {
      sendNow(to, bytes + at, length - at < segment ? length - at : segment, 0);
    }
    return 0;
  }
  iovec vector{const_cast<uint8_t *>(bytes), length};
  msghdr message{};
  message.msg_name = const_cast<sockaddr *>(to.get());
  message.msg_namelen = to.length;
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(uint16_t))];
  if (segment != 0) {
    memset(control, 0, sizeof(control));
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    uint16_t size = static_cast<uint16_t>(segment);
    memcpy(CMSG_DATA(header), &size, sizeof(size));
  }
  ssize_t sent;
  do {
    sent = sendmsg(socket_, &message, MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return 0;
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return EAGAIN;
  if (segment != 0 && (errno == EIO || errno == EINVAL)) {
    // This kernel or device does not segment: one packet at a time from now on.
    gso = false;
    return sendNow(to, bytes, length, segment);
  }
  return 0;
}

void Endpoint::onWritable() {
  while (!waiting_.empty()) {
    Waiting &next = waiting_.front();
    if (sendNow(next.to, next.bytes.data(), next.bytes.size(), next.segment) == EAGAIN) return;
    waiting_.pop_front();
  }
  uv_poll_start(&poll_, UV_READABLE, poll_.poll_cb);
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
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    uint32_t id = expiries_.begin()->second;
    expiries_.erase(expiries_.begin());
    Connection *connection = find(id);
    if (connection == nullptr) continue;
    connection->scheduled = UINT64_MAX;
    connection->expired(now);
    markDirty(*connection);
  }
  finishTurn();
}

void Endpoint::reschedule(Connection &connection) {
  uint64_t expiry = connection.expiry();
  if (expiry == connection.scheduled) return;
  if (connection.scheduled != UINT64_MAX) expiries_.erase({connection.scheduled, connection.id});
  connection.scheduled = expiry;
  if (expiry != UINT64_MAX) expiries_.insert({expiry, connection.id});
}

void Endpoint::armTimer() {
  uint64_t next = expiries_.empty() ? 0 : expiries_.begin()->first;
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
  dirty_.push_back(connection.id);
}

void Endpoint::addConnectionId(Connection &connection, const std::string &cid) {
  byConnectionId_[cid] = &connection;
  connection.connectionIds.push_back(cid);
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
  armTimer();
}

void Endpoint::flushDirty() {
  std::vector<uint32_t> turn;
  turn.swap(dirty_);
  for (uint32_t id : turn) {
    Connection *connection = find(id);
    if (connection == nullptr) continue;
    connection->flush();
    if (connection->dead) {
      sweep();
    } else {
      reschedule(*connection);
    }
  }
}

void Endpoint::sweep() {
  for (auto at = connections_.begin(); at != connections_.end();) {
    Connection &connection = *at->second;
    if (!connection.dead) {
      ++at;
      continue;
    }
    if (connection.scheduled != UINT64_MAX) expiries_.erase({connection.scheduled, connection.id});
    for (const auto &cid : connection.connectionIds) byConnectionId_.erase(cid);
    if (connection.server && !connection.handshakeDone && halfOpen_ > 0) halfOpen_--;
    at = connections_.erase(at);
  }
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
  std::vector<Event> batch;
  batch.swap(events_);
  void *memory = nullptr;
  napi_value buffer, numbers, function, receiver;
  napi_create_arraybuffer(env, batch.size() * 4 * sizeof(double), &memory, &buffer);
  napi_create_typedarray(env, napi_float64_array, batch.size() * 4, buffer, 0, &numbers);
  auto *out = static_cast<double *>(memory);
  for (const Event &event : batch) {
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

void Endpoint::close() {
  if (closing_) return;
  std::vector<uint32_t> ids;
  for (auto &entry : connections_) ids.push_back(entry.first);
  for (uint32_t id : ids) find(id)->close(0, "");
  onWritable();
  closing_ = true;
  uv_close(reinterpret_cast<uv_handle_t *>(&poll_), onClosed);
  uv_close(reinterpret_cast<uv_handle_t *>(&timerPoll_), onClosed);
  uv_close(reinterpret_cast<uv_handle_t *>(&prepare_), onClosed);
}

void Endpoint::onClosed(uv_handle_t *handle) {
  auto *endpoint = static_cast<Endpoint *>(handle->data);
  if (--endpoint->openHandles_ > 0) return;
  ::close(endpoint->socket_);
  ::close(endpoint->timer_);
  endpoint->connections_.clear();
  napi_delete_reference(endpoint->env, endpoint->onEvents_);
  napi_async_destroy(endpoint->env, endpoint->context_);
  if (endpoint->cleanup_ != nullptr) napi_remove_async_cleanup_hook(endpoint->cleanup_);
  delete endpoint;
}
