// One UDP socket: reads in batches (recvmmsg, GRO), gathers what is to be sent and hands it to the kernel in as few calls as it takes
// (sendmmsg of GSO batches, or of single packets, or sendmsg each: whatever this kernel and device can do).
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

// Nanoseconds of CLOCK_MONOTONIC, the clock that ngtcp2 is given everywhere.
uint64_t monotonicNow();

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
  sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
  int family() const { return storage.ss_family; }
  uint16_t port() const;
  bool operator==(const Address &other) const;
  // An IPv4 address as an IPv6 socket wants it (RFC 4291 section 2.5.5.2).
  Address mapped() const;
  // False when the text is no IP address.
  static bool parse(const std::string &host, uint16_t port, Address *out);
  static Address of(const sockaddr *address, socklen_t length);
  // The same, where it seldom changes.
  void become(const sockaddr *address, socklen_t length);
};

// How packets leave, best first. Each falls back to the next when the kernel refuses it.
enum class SendMode : uint8_t { gso = 0, mmsg = 1, plain = 2 };

struct Received {
  const uint8_t *data;
  size_t length;
  const Address &from;
  // Where it was sent to: of use on a socket bound to no address in particular.
  const Address &to;
  uint8_t ecn;
};

class UdpSocket {
 public:
  // Null with `error` set when the address can't be bound.
  static std::unique_ptr<UdpSocket> bind(const Address &address, SendMode mode, std::string *error);
  ~UdpSocket();
  UdpSocket(const UdpSocket &) = delete;

  int fd() const { return fd_; }
  const Address &local() const { return local_; }
  bool bindsAny() const { return any_; }
  SendMode mode() const { return mode_; }

  // Calls `each` for packets of one batch until it answers false; what is left of the batch comes with the next call. Returns whether more
  // may wait, here or in the kernel.
  template <typename Each>
  bool receive(Each each) {
    if (!holdsReceived()) {
      received_ = receiveBatch();
      batch_ = at_ = 0;
    }
    bool goOn = true;
    while (goOn && holdsReceived()) {
      const Batch &batch = batches_[batch_];
      size_t size = std::min(batch.length - at_, batch.segment);
      const uint8_t *bytes = buffer_.data() + static_cast<size_t>(batch_) * kReceiveSize + at_;
      at_ += size;
      if (at_ >= batch.length) {
        batch_++;
        at_ = 0;
      }
      goOn = size == 0 || each(Received{bytes, size, batch.from, batch.to, batch.ecn});
    }
    return holdsReceived() || received_ == kMessages;
  }
  // Whether packets of the last batch still wait for `receive`.
  bool holdsReceived() const { return batch_ < received_; }

  // Room for one packet, to be handed in with `add`.
  uint8_t *room(size_t *length);
  void add(size_t length, const Address &to, const Address &from, uint8_t ecn);
  // A whole packet from elsewhere.
  void add(const uint8_t *bytes, size_t length, const Address &to, const Address &from);
  void flush();
  // The kernel takes no more for now: what was gathered waits, and nothing should be added until `drain` says so.
  bool blocked() const { return !waiting_.empty(); }
  // The socket is writable again. True when all that waited is out.
  bool drain();
  uint64_t lost() const { return lost_; }
  size_t waiting() const { return waiting_.size(); }

 private:
  static constexpr int kMessages = 16;
  static constexpr size_t kReceiveSize = 65536;
  struct Batch {
    Address from, to;
    size_t length = 0, segment = 0;
    uint8_t ecn = 0;
  };
  // Packets to one address, of equal length but for the last.
  struct Outgoing {
    Address to, from;
    size_t offset = 0, length = 0, segment = 0, count = 0;
    uint8_t ecn = 0;
    bool closed = false;
  };
  struct Waiting {
    Outgoing out;
    std::vector<uint8_t> bytes;
  };
  UdpSocket(int fd, SendMode mode) : fd_(fd), mode_(mode) {}
  int receiveBatch();
  // How many of `outs` the kernel took; sets `again` when the rest should wait for room.
  size_t sendSome(const Outgoing *outs, size_t count, const uint8_t *bytes, bool *again);
  // Both: how many messages went, or -1 with errno when not even the first.
  int sendAll(mmsghdr *messages, size_t count);
  int sendEach(mmsghdr *messages, size_t count);
  void downgrade();
  void keep(const Outgoing &out, const uint8_t *bytes);

  int fd_;
  SendMode mode_;
  Address local_;
  bool any_ = false;
  std::vector<uint8_t> buffer_;
  Batch batches_[kMessages];
  // Of the last batch: how many messages there are, and where `receive` goes on.
  int received_ = 0, batch_ = 0;
  size_t at_ = 0;
  std::vector<uint8_t> arena_;
  size_t used_ = 0;
  std::vector<Outgoing> outgoing_;
  std::deque<Waiting> waiting_;
  uint64_t lost_ = 0;
};
