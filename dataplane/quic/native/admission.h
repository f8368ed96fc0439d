// Who may begin a connection: caps on half-open ones and on each address prefix, address validation by Retry (RFC 9000 section 8.1.2) when
// many are half open, and the budget for stateless resets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "compat.h"
#include "socket.h"

struct AdmissionLimits {
  // Handshakes in flight; a further Initial is dropped, and its sender tries again.
  size_t halfOpen = 1024;
  // With so many in flight a client must first prove that it is where it says.
  size_t retryAbove = 128;
  // Connections from one IPv4 /24 or IPv6 /56.
  size_t perPrefix = 20000;
};

class Admission {
 public:
  enum class Verdict : uint8_t { accept, drop, retry, invalidToken };

  explicit Admission(const std::array<uint8_t, 32> &secret) : secret_(secret) {}
  AdmissionLimits limits;

  // `original` is set when the client came back with a good token: the connection id it first used.
  Verdict judge(const ngtcp2_pkt_hd &initial, const Address &from, ngtcp2_cid *original, uint64_t now);
  // Writes a Retry packet. 0 when it could not.
  size_t writeRetry(const ngtcp2_pkt_hd &initial, const Address &from, uint8_t *out, size_t room, uint64_t now);

  void opened(const Address &from);
  void established() { if (halfOpen_ > 0) halfOpen_--; }
  void closed(const Address &from, bool wasHalfOpen);
  // A stateless reset may be sent: at most 100 a second.
  bool mayReset(uint64_t now);

  uint64_t refused = 0, retries = 0;
  size_t halfOpen() const { return halfOpen_; }

 private:
  const std::array<uint8_t, 32> &secret_;
  size_t halfOpen_ = 0;
  std::unordered_map<std::string, size_t> prefixes_;
  double resetBudget_ = 100;
  uint64_t resetAt_ = 0;
};
