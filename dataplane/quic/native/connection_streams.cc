// The streams and datagrams of a connection: what JavaScript does to them, and what ngtcp2 tells of them.
#include <algorithm>

#include "connection.h"
#include "endpoint.h"

namespace {

// A write above this waits for `writable`, which comes at half of it.
constexpr uint64_t kHighWater = 1u << 20;
// Of a stream the peer opened, until JavaScript says otherwise: the middle of the order.
constexpr uint8_t kDefaultClass = 4;
constexpr double kStreamsPerSecond = 5000;

Connection *self(void *user) { return static_cast<Connection *>(user); }

}  // namespace

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
  stream->send.abandon();
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

ReceiveQueue Connection::take(int64_t id) {
  Stream *stream = find(id);
  if (stream == nullptr) return {};
  ReceiveQueue bytes;
  std::swap(bytes, stream->received);
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

// A peer that opens and abandons streams as fast as it can is slowed to this pace.
void Connection::grantStreams(uint64_t now) {
  if (owedBidi_ + owedUni_ == 0) return;
  grantBudget_ = std::min(kStreamsPerSecond, grantBudget_ + static_cast<double>(now - grantedAt_) / 1e9 * kStreamsPerSecond);
  grantedAt_ = now;
  auto budget = static_cast<uint64_t>(grantBudget_);
  uint64_t bidi = std::min(owedBidi_, budget), uni = std::min(owedUni_, budget - bidi);
  if (bidi > 0) ngtcp2_conn_extend_max_streams_bidi(conn_, bidi);
  if (uni > 0) ngtcp2_conn_extend_max_streams_uni(conn_, uni);
  owedBidi_ -= bidi;
  owedUni_ -= uni;
  grantBudget_ -= static_cast<double>(bidi + uni);
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
  stream.send.abandon();
  endpoint_.event(EventType::stopped, id, stream.id, static_cast<double>(code));
}

// Datagrams.

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

int Connection::sendDatagram(const uint8_t *data, size_t length, uint8_t trafficClass, int64_t key) {
  if (over) return 3;
  if (length > maxDatagram()) return 2;
  bool dropped = key < 0 ? datagrams_.push(data, length, trafficClass)
                         : datagrams_.push(data, length, trafficClass, static_cast<uint32_t>(key));
  endpoint_.markDirty(*this);
  return dropped ? 1 : 0;
}

IncomingDatagrams &Connection::incomingDatagrams() {
  datagramsAnnounced_ = false;
  return arrived_;
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
    stream->received.push(data, length);
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
  if (!ngtcp2_conn_is_local_stream(conn, id)) ((id & 2) == 0 ? connection.owedBidi_ : connection.owedUni_)++;
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

int Connection::onStopSending(ngtcp2_conn *, int64_t id, uint64_t code, void *user, void *) {
  Stream *stream = self(user)->find(id);
  if (stream != nullptr) self(user)->shutWrite(*stream, code);
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
  connection.arrived_.push(data, length);
  if (!connection.datagramsAnnounced_) {
    connection.datagramsAnnounced_ = true;
    connection.endpoint_.event(EventType::datagrams, connection.id, -1, 0);
  }
  return 0;
}

int Connection::onLostDatagram(ngtcp2_conn *, uint64_t, void *user) {
  self(user)->datagramsLost_++;
  return 0;
}
