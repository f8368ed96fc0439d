#include "admission.h"

#include <cstring>

#include "random.h"

namespace {

constexpr uint64_t kTokenLifetime = 10 * NGTCP2_SECONDS;
constexpr double kResetsPerSecond = 100;

std::string prefixOf(const Address &address) {
  if (address.family() == AF_INET) {
    const auto *v4 = reinterpret_cast<const sockaddr_in *>(address.get());
    return std::string(reinterpret_cast<const char *>(&v4->sin_addr), 3);
  }
  const auto *v6 = reinterpret_cast<const sockaddr_in6 *>(address.get());
  const auto *bytes = reinterpret_cast<const char *>(&v6->sin6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) return std::string(bytes + 12, 3);
  return std::string(bytes, 7);
}

}  // namespace

Admission::Verdict Admission::judge(const ngtcp2_pkt_hd &initial, const Address &from, ngtcp2_cid *original, uint64_t now) {
  auto prefix = prefixes_.find(prefixOf(from));
  if (halfOpen_ >= limits.halfOpen || (prefix != prefixes_.end() && prefix->second >= limits.perPrefix)) {
    refused++;
    return Verdict::drop;
  }
  InitialToken token = initial_token(initial);
  // A token of another kind (NEW_TOKEN is not used here) counts as none.
  if (token.length > 0 && token.data[0] == NGTCP2_CRYPTO_TOKEN_MAGIC_RETRY) {
    int rv = ngtcp2_crypto_verify_retry_token(original, token.data, token.length, secret_.data(), secret_.size(), initial.version,
                                              from.get(), from.length, &initial.dcid, kTokenLifetime, now);
    return rv == 0 ? Verdict::accept : Verdict::invalidToken;
  }
  if (halfOpen_ < limits.retryAbove) return Verdict::accept;
  retries++;
  return Verdict::retry;
}

size_t Admission::writeRetry(const ngtcp2_pkt_hd &initial, const Address &from, uint8_t *out, size_t room, uint64_t now) {
  ngtcp2_cid scid = randomCid();
  uint8_t token[NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN];
  ngtcp2_ssize length = ngtcp2_crypto_generate_retry_token(token, secret_.data(), secret_.size(), initial.version, from.get(),
                                                           from.length, &scid, &initial.dcid, now);
  if (length < 0) return 0;
  ngtcp2_ssize n = ngtcp2_crypto_write_retry(out, room, initial.version, &initial.scid, &scid, &initial.dcid, token,
                                             static_cast<size_t>(length));
  return n < 0 ? 0 : static_cast<size_t>(n);
}

void Admission::opened(const Address &from) {
  halfOpen_++;
  prefixes_[prefixOf(from)]++;
}

void Admission::closed(const Address &from, bool wasHalfOpen) {
  if (wasHalfOpen) established();
  auto prefix = prefixes_.find(prefixOf(from));
  if (prefix != prefixes_.end() && --prefix->second == 0) prefixes_.erase(prefix);
}

bool Admission::mayReset(uint64_t now) {
  resetBudget_ += static_cast<double>(now - resetAt_) / 1e9 * kResetsPerSecond;
  if (resetBudget_ > kResetsPerSecond) resetBudget_ = kResetsPerSecond;
  resetAt_ = now;
  if (resetBudget_ < 1) return false;
  resetBudget_ -= 1;
  return true;
}
