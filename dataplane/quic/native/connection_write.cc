// The packet writer. Whose bytes go into the next packet is decided here, at the last moment: the most urgent class with something to
// send, round robin within it, and one packet in 64 begins with the least urgent, so that none starves.
#include <algorithm>

#include "connection.h"
#include "endpoint.h"

namespace {
constexpr uint64_t kShareOfLeastUrgent = 64;
constexpr size_t kVectors = 16;
// Packets of one connection before others get their turn.
constexpr size_t kPacketsPerFlush = 256;
constexpr size_t kLargestPacket = 1452;
// Classes up to the first make those from the second on wait; what lies between does neither.
constexpr int kUrgentTo = 1, kBulkFrom = 3;
constexpr uint64_t kUrgentFor = 250 * NGTCP2_MILLISECONDS;
// Queueing that is borne for bulk at least, and what bulk may have in flight at least.
constexpr uint64_t kLeastDelay = 200 * NGTCP2_MICROSECONDS;
constexpr uint64_t kLeastBulk = 16 * kLargestPacket;
// Round trips from which a path is paced.
constexpr uint64_t kPacedFrom = 2 * NGTCP2_MILLISECONDS;
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
  bool reversed = packetsSent_ % kShareOfLeastUrgent == kShareOfLeastUrgent - 1;
  bool bulkWaits = bulkHeld_ && inFlight_ > bulkWindow_;
  for (int n = 0; n < kClasses; n++) {
    int cls = reversed ? kClasses - 1 - n : n;
    if (bulkWaits && cls >= kBulkFrom) continue;
    if (!datagrams_.empty(cls) || (!blocked_ && !ready_[cls].empty())) return cls;
  }
  return -1;
}

ngtcp2_conn_info Connection::info() const {
  ngtcp2_conn_info info{};
  ngtcp2_conn_get_conn_info(conn_, &info);
  return info;
}

// Something urgent was sent a moment ago: more will follow, and must not find a queue that bulk has filled.
bool Connection::urgentLive(uint64_t now) const { return urgentAt_ != 0 && now - urgentAt_ < kUrgentFor; }

// Delay tells of the queue on the way (after RFC 6817): a round trip longer than the shortest by more than the target means that bulk has
// filled it, and its window shrinks; else the window grows. Once a round trip.
void Connection::adjustBulk(uint64_t now) {
  if (over || !urgentLive(now)) return;
  ngtcp2_conn_info info = this->info();
  if (info.min_rtt == UINT64_MAX || now - adjustedAt_ < info.smoothed_rtt) return;
  adjustedAt_ = now;
  uint64_t queued = info.latest_rtt > info.min_rtt ? info.latest_rtt - info.min_rtt : 0;
  uint64_t target = std::max<uint64_t>(kLeastDelay, info.min_rtt / 8);
  bulkWindow_ = queued > target ? bulkWindow_ * 3 / 4 : bulkWindow_ + std::max<uint64_t>(bulkWindow_ / 8, kLargestPacket);
  bulkWindow_ = std::min<uint64_t>(std::max<uint64_t>(bulkWindow_, kLeastBulk), info.cwnd);
}

// On a local path timers are coarser than the gaps that pacing asks for; on any other, bursts fill queues that input waits in.
void Connection::choosePacing() {
  if (pacingChosen_ || !handshakeDone) return;
  ngtcp2_conn_info info = this->info();
  pacingChosen_ = true;
  paced_ = info.smoothed_rtt >= kPacedFrom;
}

// What may leave in one go: about a millisecond's worth.
size_t Connection::burst() const {
  if (!paced_) return kPacketsPerFlush * kLargestPacket;
  ngtcp2_conn_info info = this->info();
  uint64_t quantum = info.smoothed_rtt == 0 ? 0 : info.cwnd * NGTCP2_MILLISECONDS / info.smoothed_rtt;
  return std::min<uint64_t>(std::max<uint64_t>(quantum, 2 * kLargestPacket), ngtcp2_conn_get_send_quantum(conn_));
}

void Connection::flush() {
  dirty = false;
  if (over || !endpoint_.canSend()) return;
  UdpSocket &socket = endpoint_.socket();
  uint64_t now = monotonicNow();
  grantStreams(now);
  choosePacing();
  bulkHeld_ = urgentLive(now);
  if (bulkHeld_) {
    inFlight_ = info().bytes_in_flight;
  } else {
    bulkWindow_ = kLeastBulk;
  }
  size_t left = burst();
  bool more = true;
  Address to, from;
  // The last call asks for nothing but what ngtcp2 has to say: it so learns that the application, not the window, ended the burst, and does
  // not let an unused window grow without end (RFC 9002 section 7.8).
  for (bool last = false; more && !last;) {
    last = left == 0;
    ngtcp2_path_storage storage;
    ngtcp2_path_storage_zero(&storage);
    ngtcp2_pkt_info info{};
    size_t length = 0;
    uint8_t *out = socket.room(&length);
    PacketRoom room{out, length, &storage.path, &info, now};
    ngtcp2_ssize written = last ? writeOwn(room) : writePacket(room);
    if (written < 0) return fail(static_cast<int>(written));
    more = written > 0 || last;
    if (written == 0) continue;
    packetsSent_++;
    bytesSent_ += static_cast<uint64_t>(written);
    const ngtcp2_path &path = storage.path;
    to.become(path.remote.addr, path.remote.addrlen);
    from.become(path.local.addr, path.local.addrlen);
    socket.add(static_cast<size_t>(written), to, from, info.ecn);
    inFlight_ += static_cast<uint64_t>(written);
    left -= std::min(left, static_cast<size_t>(written));
  }
  // Asked from the start, so that what the handshake sent is not counted against the first data.
  if (paced_ || (!pacingChosen_ && kPaceHandshake)) {
    ngtcp2_conn_update_pkt_tx_time(conn_, now);
  } else if (more) {
    endpoint_.markDirty(*this);
  }
}

// Acknowledgements, probes and the like.
ngtcp2_ssize Connection::writeOwn(const PacketRoom &room) {
  return ngtcp2_conn_writev_stream(conn_, room.path, room.info, room.out, room.length, nullptr, NGTCP2_WRITE_STREAM_FLAG_NONE, -1, nullptr,
                                   0, room.now);
}

// One packet: filled from as many streams and datagrams as fit. 0 when nothing may go (congestion, pacing, or nothing to say).
ngtcp2_ssize Connection::writePacket(const PacketRoom &room) {
  for (;;) {
    int cls = pickClass();
    if (cls < 0 || (!handshakeDone && !server)) {
      return writeOwn(room);
    }
    // Within a class datagrams and streams take turns.
    bool both = !datagrams_.empty(cls) && !blocked_ && !ready_[cls].empty();
    if (both) datagramsTurn_ = !datagramsTurn_;
    bool datagram = both ? datagramsTurn_ : !datagrams_.empty(cls);
    ngtcp2_ssize written = 0;
    bool done = datagram ? writeDatagram(cls, room, &written) : writeStream(cls, room, &written);
    if (done) return written;
  }
}

bool Connection::writeDatagram(int cls, const PacketRoom &room, ngtcp2_ssize *written) {
  std::vector<uint8_t> &bytes = datagrams_.front(cls);
  ngtcp2_vec vec{bytes.data(), bytes.size()};
  int accepted = 0;
  if (FABRIC_DATAGRAM_WORKAROUND) ngtcp2_conn_extend_max_streams_uni(conn_, 1);
  *written = ngtcp2_conn_writev_datagram(conn_, room.path, room.info, room.out, room.length, &accepted,
                                         NGTCP2_WRITE_DATAGRAM_FLAG_MORE, 0, &vec, bytes.empty() ? 0 : 1, room.now);
  bool impossible = *written == NGTCP2_ERR_INVALID_ARGUMENT || *written == NGTCP2_ERR_INVALID_STATE;
  if (impossible) datagramsUnsendable_++;
  if (accepted || impossible) datagrams_.pop(cls);
  if (accepted && cls <= kUrgentTo) urgentAt_ = room.now;
  return *written != NGTCP2_ERR_WRITE_MORE && !impossible;
}

bool Connection::writeStream(int cls, const PacketRoom &room, ngtcp2_ssize *written) {
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
  *written = ngtcp2_conn_writev_stream(conn_, room.path, room.info, room.out, room.length, &taken, flags, stream->id, vectors, count,
                                       room.now);
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
    if (cls <= kUrgentTo) urgentAt_ = room.now;
    stream->send.sent(static_cast<size_t>(taken));
    if (fin && static_cast<uint64_t>(taken) == offered) stream->finSent = true;
    afterWrite(*stream);
    queue.pop_front();
    stream->listed = false;
    list(*stream);
  }
  return *written != NGTCP2_ERR_WRITE_MORE;
}
