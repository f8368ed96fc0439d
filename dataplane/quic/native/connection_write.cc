// The packet writer. Whose bytes go into the next packet is decided here, at the last moment: the most urgent class with something to
// send, round robin within it, and one packet in 64 begins with the least urgent, so that none starves.
#include "connection.h"
#include "endpoint.h"

namespace {
constexpr uint64_t kShareOfLeastUrgent = 64;
constexpr size_t kVectors = 16;
// Packets of one connection before others get their turn.
constexpr int kPacketsPerFlush = 256;
}  // namespace

void Connection::list(Stream &stream) {
  if (stream.listed || !stream.hasWork()) return;
  stream.listed = true;
  ready_[stream.trafficClass].push_back(stream.id);
}

// After packets came in there may be credit again for the connection as a whole.
void Connection::retryBlocked() {
  if (!blocked_ || over || ngtcp2_conn_get_max_data_left(conn_) == 0) return;
  blocked_ = false;
}

int Connection::pickClass() {
  bool reversed = packetsWritten_ % kShareOfLeastUrgent == kShareOfLeastUrgent - 1;
  for (int n = 0; n < kClasses; n++) {
    int cls = reversed ? kClasses - 1 - n : n;
    if (!datagrams_[cls].empty() || (!blocked_ && !ready_[cls].empty())) return cls;
  }
  return -1;
}

void Connection::flush() {
  dirty = false;
  if (over || !endpoint_.canSend()) return;
  PacketBatch batch(endpoint_);
  uint64_t now = monotonicNow();
  for (int n = 0; n < kPacketsPerFlush; n++) {
    ngtcp2_path_storage storage;
    ngtcp2_path_storage_zero(&storage);
    size_t room = 0;
    uint8_t *out = batch.room(&room);
    ngtcp2_ssize length = writePacket(out, room, &storage.path, now);
    if (length < 0) {
      batch.send();
      return fail(static_cast<int>(length));
    }
    if (length == 0) {
      batch.send();
      return;
    }
    packetsWritten_++;
    packetsSent_++;
    bytesSent_ += static_cast<uint64_t>(length);
    batch.add(static_cast<size_t>(length), storage.path.remote);
  }
  batch.send();
  endpoint_.markDirty(*this);
}

// One packet: filled from as many streams and datagrams as fit. 0 when nothing may go (congestion, or nothing to say).
ngtcp2_ssize Connection::writePacket(uint8_t *out, size_t length, ngtcp2_path *path, uint64_t now) {
  for (;;) {
    int cls = pickClass();
    ngtcp2_ssize written = 0;
    if (cls < 0 || (!handshakeDone && !server)) {
      return ngtcp2_conn_writev_stream(conn_, path, nullptr, out, length, nullptr, NGTCP2_WRITE_STREAM_FLAG_NONE, -1, nullptr, 0, now);
    }
    // Within a class datagrams and streams take turns by packet.
    bool datagram = !datagrams_[cls].empty() && (packetsWritten_ % 2 == 0 || blocked_ || ready_[cls].empty());
    bool done = datagram ? writeDatagram(cls, out, length, path, now, &written) : writeStream(cls, out, length, path, now, &written);
    if (done) return written;
  }
}

bool Connection::writeDatagram(int cls, uint8_t *out, size_t length, ngtcp2_path *path, uint64_t now, ngtcp2_ssize *written) {
  std::vector<uint8_t> &bytes = datagrams_[cls].front();
  ngtcp2_vec vec{bytes.data(), bytes.size()};
  int accepted = 0;
  if (FABRIC_DATAGRAM_WORKAROUND) ngtcp2_conn_extend_max_streams_uni(conn_, 1);
  *written = ngtcp2_conn_writev_datagram(conn_, path, nullptr, out, length, &accepted, NGTCP2_WRITE_DATAGRAM_FLAG_MORE, 0, &vec, 1, now);
  bool impossible = *written == NGTCP2_ERR_INVALID_ARGUMENT || *written == NGTCP2_ERR_INVALID_STATE;
  if (accepted || impossible) {
    if (impossible) datagramsDropped_++;
    datagrams_[cls].pop_front();
    datagramsQueued_--;
  }
  return *written != NGTCP2_ERR_WRITE_MORE && !impossible;
}

bool Connection::writeStream(int cls, uint8_t *out, size_t length, ngtcp2_path *path, uint64_t now, ngtcp2_ssize *written) {
  auto &queue = ready_[cls];
  Stream *stream = find(queue.front());
  if (stream == nullptr || !stream->hasWork()) {
    if (stream != nullptr) stream->listed = false;
    queue.pop_front();
    return false;
  }
  ngtcp2_vec vectors[kVectors];
  size_t count = stream->send.next(vectors, kVectors);
  uint64_t offered = 0;
  for (size_t n = 0; n < count; n++) offered += vectors[n].len;
  bool fin = stream->finQueued && offered == stream->send.unsent();
  uint32_t flags = NGTCP2_WRITE_STREAM_FLAG_MORE | (fin ? NGTCP2_WRITE_STREAM_FLAG_FIN : 0);
  ngtcp2_ssize taken = -1;
  *written = ngtcp2_conn_writev_stream(conn_, path, nullptr, out, length, &taken, flags, stream->id, vectors, count, now);
  switch (*written) {
    case NGTCP2_ERR_STREAM_DATA_BLOCKED:
      // Of the stream's own credit, or of the connection's: which one shows in what is left.
      if (ngtcp2_conn_get_max_data_left(conn_) == 0) {
        blocked_ = true;
      } else {
        stream->blocked = true;
      }
      return false;
    case NGTCP2_ERR_STREAM_SHUT_WR:
    case NGTCP2_ERR_STREAM_NOT_FOUND:
      shutWrite(*stream, 0);
      return false;
    default:
      break;
  }
  if (taken >= 0) {
    stream->send.sent(static_cast<size_t>(taken));
    if (fin && static_cast<uint64_t>(taken) == offered) stream->finSent = true;
    afterWrite(*stream);
    queue.pop_front();
    stream->listed = false;
    list(*stream);
  }
  return *written != NGTCP2_ERR_WRITE_MORE;
}
