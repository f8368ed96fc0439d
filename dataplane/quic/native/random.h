// Random bytes and connection ids, from GnuTLS.
#pragma once

#include "compat.h"

constexpr size_t kConnectionIdLength = 12;

inline void randomBytes(uint8_t *out, size_t length) { gnutls_rnd(GNUTLS_RND_RANDOM, out, length); }

inline ngtcp2_cid randomCid() {
  ngtcp2_cid cid;
  cid.datalen = kConnectionIdLength;
  randomBytes(cid.data, cid.datalen);
  return cid;
}
