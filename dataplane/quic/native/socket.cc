#include "socket.h"

#include <arpa/inet.h>
#include <netinet/udp.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace {

constexpr int kSocketBuffer = 4 << 20;
// Messages waiting for room in the socket; beyond it they are lost as on any network, and counted.
constexpr size_t kWaiting = 256;
// A GSO batch stays below 64 KiB, the most that one UDP send takes, and within the 64 segments that older kernels allow.
constexpr size_t kSegments = 44;
constexpr size_t kPacketRoom = 1452;
constexpr size_t kArena = 4 * kSegments * kPacketRoom;
constexpr size_t kOutgoing = 64;

void growBuffer(int fd, int force, int polite) {
  int size = kSocketBuffer;
  if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)) != 0) setsockopt(fd, SOL_SOCKET, polite, &size, sizeof(size));
}

// Ancillary data of one message: segment size, ECN, source address.
struct Control {
  alignas(cmsghdr) uint8_t bytes[CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(in6_pktinfo))];
  size_t used = 0;

  template <typename T>
  void add(int level, int type, const T &value) {
    auto *header = reinterpret_cast<cmsghdr *>(bytes + used);
    memset(header, 0, CMSG_SPACE(sizeof(T)));
    header->cmsg_level = level;
    header->cmsg_type = type;
    header->cmsg_len = CMSG_LEN(sizeof(T));
    memcpy(CMSG_DATA(header), &value, sizeof(T));
    used += CMSG_SPACE(sizeof(T));
  }
};

bool isMapped(const Address &address) {
  return address.family() == AF_INET6 &&
         IN6_IS_ADDR_V4MAPPED(&reinterpret_cast<const sockaddr_in6 *>(address.get())->sin6_addr);
}

bool isAny(const Address &address) {
  if (address.family() == AF_INET) return reinterpret_cast<const sockaddr_in *>(address.get())->sin_addr.s_addr == 0;
  return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6 *>(address.get())->sin6_addr);
}

void addEcn(Control &control, const Address &to, uint8_t ecn) {
  int value = ecn;
  if (to.family() == AF_INET6 && !isMapped(to)) {
    control.add(IPPROTO_IPV6, IPV6_TCLASS, value);
  } else {
    control.add(IPPROTO_IP, IP_TOS, value);
  }
}

void addSource(Control &control, const Address &from) {
  if (from.family() == AF_INET) {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in *>(from.get())->sin_addr;
    control.add(IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    info.ipi6_addr = reinterpret_cast<const sockaddr_in6 *>(from.get())->sin6_addr;
    control.add(IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

}  // namespace

uint64_t monotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

uint16_t Address::port() const {
  return ntohs(family() == AF_INET ? reinterpret_cast<const sockaddr_in *>(get())->sin_port
                                   : reinterpret_cast<const sockaddr_in6 *>(get())->sin6_port);
}

bool Address::operator==(const Address &other) const {
  if (family() != other.family() || port() != other.port()) return false;
  if (family() == AF_INET) {
    return reinterpret_cast<const sockaddr_in *>(get())->sin_addr.s_addr ==
           reinterpret_cast<const sockaddr_in *>(other.get())->sin_addr.s_addr;
  }
  return memcmp(&reinterpret_cast<const sockaddr_in6 *>(get())->sin6_addr,
                &reinterpret_cast<const sockaddr_in6 *>(other.get())->sin6_addr, sizeof(in6_addr)) == 0;
}

Address Address::mapped() const {
  if (family() != AF_INET) return *this;
  const auto *v4 = reinterpret_cast<const sockaddr_in *>(get());
  Address result;
  auto *v6 = reinterpret_cast<sockaddr_in6 *>(&result.storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = v4->sin_port;
  v6->sin6_addr.s6_addr[10] = v6->sin6_addr.s6_addr[11] = 0xff;
  memcpy(v6->sin6_addr.s6_addr + 12, &v4->sin_addr, 4);
  result.length = sizeof(sockaddr_in6);
  return result;
}

bool Address::parse(const std::string &host, uint16_t port, Address *out) {
  auto *v4 = reinterpret_cast<sockaddr_in *>(&out->storage);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    out->length = sizeof(sockaddr_in);
    return true;
  }
  auto *v6 = reinterpret_cast<sockaddr_in6 *>(&out->storage);
  if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) != 1) return false;
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(port);
  out->length = sizeof(sockaddr_in6);
  return true;
}

void Address::become(const sockaddr *address, socklen_t given) {
  if (length == given && memcmp(&storage, address, given) == 0) return;
  memcpy(&storage, address, given);
  length = given;
}

Address Address::of(const sockaddr *address, socklen_t length) {
  Address result;
  memcpy(&result.storage, address, length);
  result.length = length;
  return result;
}

std::unique_ptr<UdpSocket> UdpSocket::bind(const Address &address, SendMode mode, std::string *error) {
  int fd = ::socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    *error = strerror(errno);
    return nullptr;
  }
  std::unique_ptr<UdpSocket> made(new UdpSocket(fd, mode));
  int on = 1, off = 0;
  bool v6 = address.family() == AF_INET6;
  if (v6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  if (::bind(fd, address.get(), address.length) != 0) {
    *error = strerror(errno);
    return nullptr;
  }
  growBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
  growBuffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
  setsockopt(fd, IPPROTO_UDP, UDP_GRO, &on, sizeof(on));
  made->any_ = isAny(address);
  // On an IPv6 socket the IPv4 options speak for mapped addresses.
  setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on));
  if (v6) setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on));
  if (made->any_) {
    if (v6) {
      setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
    } else {
      setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
    }
  }
  // Path MTU discovery is QUIC's own (RFC 8899): the kernel neither fragments nor remembers.
  int probe = IP_PMTUDISC_PROBE;
  setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof(probe));
  int probe6 = IPV6_PMTUDISC_PROBE;
  if (v6) setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &probe6, sizeof(probe6));
  made->local_.length = sizeof(made->local_.storage);
  getsockname(fd, made->local_.get(), &made->local_.length);
  made->buffer_.resize(kMessages * kReceiveSize);
  made->arena_.resize(kArena);
  made->outgoing_.reserve(kOutgoing);
  return made;
}

UdpSocket::~UdpSocket() { ::close(fd_); }

int UdpSocket::receiveBatch() {
  mmsghdr messages[kMessages];
  iovec vectors[kMessages];
  alignas(cmsghdr) uint8_t control[kMessages][CMSG_SPACE(sizeof(int)) * 2 + CMSG_SPACE(sizeof(in6_pktinfo))];
  memset(messages, 0, sizeof(messages));
  for (int n = 0; n < kMessages; n++) {
    vectors[n] = {buffer_.data() + static_cast<size_t>(n) * kReceiveSize, kReceiveSize};
    msghdr &header = messages[n].msg_hdr;
    header.msg_name = &batches_[n].from.storage;
    header.msg_namelen = sizeof(batches_[n].from.storage);
    header.msg_iov = &vectors[n];
    header.msg_iovlen = 1;
    header.msg_control = control[n];
    header.msg_controllen = sizeof(control[n]);
  }
  int count = recvmmsg(fd_, messages, kMessages, MSG_DONTWAIT, nullptr);
  for (int n = 0; n < count; n++) {
    Batch &batch = batches_[n];
    batch.from.length = messages[n].msg_hdr.msg_namelen;
    batch.to = local_;
    batch.length = batch.segment = messages[n].msg_len;
    batch.ecn = 0;
    for (cmsghdr *c = CMSG_FIRSTHDR(&messages[n].msg_hdr); c != nullptr; c = CMSG_NXTHDR(&messages[n].msg_hdr, c)) {
      if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
        int size;
        memcpy(&size, CMSG_DATA(c), sizeof(size));
        if (size > 0) batch.segment = static_cast<size_t>(size);
      } else if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) ||
                 (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS)) {
        batch.ecn = *CMSG_DATA(c) & 3;
      } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
        in_pktinfo info;
        memcpy(&info, CMSG_DATA(c), sizeof(info));
        reinterpret_cast<sockaddr_in *>(&batch.to.storage)->sin_addr = info.ipi_addr;
      } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
        in6_pktinfo info;
        memcpy(&info, CMSG_DATA(c), sizeof(info));
        reinterpret_cast<sockaddr_in6 *>(&batch.to.storage)->sin6_addr = info.ipi6_addr;
      }
    }
  }
  return count < 0 ? 0 : count;
}

uint8_t *UdpSocket::room(size_t *length) {
  if (arena_.size() - used_ < kPacketRoom || outgoing_.size() >= kOutgoing) flush();
  *length = kPacketRoom;
  return arena_.data() + used_;
}

void UdpSocket::add(size_t length, const Address &to, const Address &from, uint8_t ecn) {
  size_t offset = used_;
  used_ += length;
  if (!outgoing_.empty() && mode_ == SendMode::gso) {
    Outgoing &last = outgoing_.back();
    if (!last.closed && length <= last.segment && last.count < kSegments && last.ecn == ecn && last.to == to && last.from == from) {
      last.length += length;
      last.count++;
      last.closed = length < last.segment;
      return;
    }
  }
  Outgoing out;
  out.to = to;
  out.from = from;
  out.offset = offset;
  out.length = out.segment = length;
  out.count = 1;
  out.ecn = ecn;
  outgoing_.push_back(out);
}

void UdpSocket::add(const uint8_t *bytes, size_t length, const Address &to, const Address &from) {
  size_t limit;
  uint8_t *out = room(&limit);
  if (length > limit) return;
  memcpy(out, bytes, length);
  add(length, to, from, 0);
}

void UdpSocket::flush() {
  size_t done = 0;
  while (done < outgoing_.size()) {
    bool again = !waiting_.empty();
    if (!again) done += sendSome(outgoing_.data() + done, outgoing_.size() - done, arena_.data(), &again);
    if (!again) continue;
    for (; done < outgoing_.size(); done++) keep(outgoing_[done], arena_.data());
  }
  outgoing_.clear();
  used_ = 0;
}

void UdpSocket::keep(const Outgoing &out, const uint8_t *bytes) {
  if (waiting_.size() >= kWaiting) {
    lost_ += out.count;
    return;
  }
  Waiting kept{out, std::vector<uint8_t>(bytes + out.offset, bytes + out.offset + out.length)};
  kept.out.offset = 0;
  waiting_.push_back(std::move(kept));
}

bool UdpSocket::drain() {
  while (!waiting_.empty()) {
    Waiting &next = waiting_.front();
    bool again = false;
    size_t sent = sendSome(&next.out, 1, next.bytes.data(), &again);
    if (again) return false;
    if (sent > 0) waiting_.pop_front();
  }
  return true;
}

int UdpSocket::sendAll(mmsghdr *messages, size_t count) {
  int sent;
  do {
    sent = sendmmsg(fd_, messages, static_cast<unsigned>(count), MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

int UdpSocket::sendEach(mmsghdr *messages, size_t count) {
  for (size_t n = 0; n < count; n++) {
    ssize_t sent;
    do {
      sent = sendmsg(fd_, &messages[n].msg_hdr, MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) return n == 0 ? -1 : static_cast<int>(n);
  }
  return static_cast<int>(count);
}

void UdpSocket::downgrade() { mode_ = mode_ == SendMode::gso ? SendMode::mmsg : SendMode::plain; }

size_t UdpSocket::sendSome(const Outgoing *outs, size_t count, const uint8_t *bytes, bool *again) {
  mmsghdr messages[kOutgoing];
  iovec vectors[kOutgoing];
  Control controls[kOutgoing];
  size_t used = 0, whole = 0;
  // Of one batch that can't go as one any more: what its segments become.
  bool split = mode_ != SendMode::gso && outs[0].count > 1;
  size_t limit = mode_ == SendMode::plain ? 1 : kOutgoing;
  auto put = [&](const Outgoing &out, size_t offset, size_t length, size_t segment) {
    Control &control = controls[used];
    control.used = 0;
    if (segment != 0) control.add(IPPROTO_UDP, UDP_SEGMENT, static_cast<uint16_t>(segment));
    if (out.ecn != 0) addEcn(control, out.to, out.ecn);
    if (any_ && !isAny(out.from)) addSource(control, out.from);
    vectors[used] = {const_cast<uint8_t *>(bytes + offset), length};
    msghdr &header = messages[used].msg_hdr;
    memset(&messages[used], 0, sizeof(mmsghdr));
    header.msg_name = const_cast<sockaddr *>(out.to.get());
    header.msg_namelen = out.to.length;
    header.msg_iov = &vectors[used];
    header.msg_iovlen = 1;
    if (control.used > 0) {
      header.msg_control = control.bytes;
      header.msg_controllen = control.used;
    }
    used++;
  };
  if (split) {
    for (size_t at = 0; at < outs[0].length && used < kOutgoing; at += outs[0].segment) {
      put(outs[0], outs[0].offset + at, std::min(outs[0].segment, outs[0].length - at), 0);
    }
    whole = 1;
  } else {
    for (; whole < count && used < limit && (mode_ == SendMode::gso || outs[whole].count == 1); whole++) {
      put(outs[whole], outs[whole].offset, outs[whole].length, outs[whole].count > 1 ? outs[whole].segment : 0);
    }
  }
  int sent = mode_ == SendMode::plain ? sendEach(messages, used) : sendAll(messages, used);
  if (sent > 0) {
    if (!split) return static_cast<size_t>(sent);
    lost_ += used - static_cast<size_t>(sent);
    return 1;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
    *again = true;
    return 0;
  }
  if (errno == ENOSYS || (mode_ == SendMode::gso && outs[0].count > 1 && (errno == EIO || errno == EINVAL))) {
    downgrade();
    return 0;
  }
  // Lost as on any network (too large for the path, no route): QUIC notices and mends.
  lost_ += outs[0].count;
  return 1;
}
