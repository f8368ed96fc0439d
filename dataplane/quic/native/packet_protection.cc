#include "packet_protection.h"

#include <openssl/evp.h>

#include <array>
#include <cstring>
#include <string>

// Taken from the process that loads us; null where it has none.
#pragma weak EVP_CIPHER_fetch
#pragma weak EVP_CIPHER_CTX_new
#pragma weak EVP_CIPHER_CTX_free
#pragma weak EVP_CIPHER_CTX_ctrl
#pragma weak EVP_CIPHER_CTX_set_padding
#pragma weak EVP_EncryptInit_ex
#pragma weak EVP_EncryptUpdate
#pragma weak EVP_EncryptFinal_ex
#pragma weak EVP_DecryptInit_ex
#pragma weak EVP_DecryptUpdate
#pragma weak EVP_DecryptFinal_ex

namespace {

constexpr size_t kTag = 16;
constexpr size_t kNonce = 12;
constexpr size_t kSample = 16;

struct Suite {
  size_t keyLength;
  const EVP_CIPHER *aead, *header;
};

// Null for what OpenSSL is not used for. Fetched once a process.
const Suite *suiteOf(gnutls_session_t session) {
  if (!openSslProtects()) return nullptr;
  auto fetch = [](size_t keyLength, const char *aead, const char *header) {
    return Suite{keyLength, EVP_CIPHER_fetch(nullptr, aead, nullptr), EVP_CIPHER_fetch(nullptr, header, nullptr)};
  };
  static const Suite aes128 = fetch(16, "AES-128-GCM", "AES-128-ECB"), aes256 = fetch(32, "AES-256-GCM", "AES-256-ECB");
  gnutls_cipher_algorithm_t cipher = gnutls_cipher_get(session);
  const Suite *suite = cipher == GNUTLS_CIPHER_AES_128_GCM ? &aes128 : cipher == GNUTLS_CIPHER_AES_256_GCM ? &aes256 : nullptr;
  return suite == nullptr || suite->aead == nullptr || suite->header == nullptr ? nullptr : suite;
}

// ngtcp2 carries contexts as pointers it never looks into, and gives its callbacks nothing else: the lowest bit, zero in every pointer to
// an allocated context, tells ours from GnuTLS's.
void *marked(EVP_CIPHER_CTX *context) { return reinterpret_cast<void *>(reinterpret_cast<uintptr_t>(context) | 1); }

EVP_CIPHER_CTX *ours(void *handle) {
  auto bits = reinterpret_cast<uintptr_t>(handle);
  return (bits & 1) == 0 ? nullptr : reinterpret_cast<EVP_CIPHER_CTX *>(bits & ~uintptr_t{1});
}

// Key material on the stack, wiped when it leaves.
struct KeyBytes : std::array<uint8_t, 64> {
  ~KeyBytes() { gnutls_memset(data(), 0, size()); }
};

// HKDF-Expand-Label with an empty context (RFC 8446 section 7.1).
bool expandLabel(uint8_t *out, size_t length, const ngtcp2_crypto_md &md, const uint8_t *secret, size_t secretLength,
                 const char *label) {
  std::string full = std::string("tls13 ") + label, info;
  info += static_cast<char>(length >> 8);
  info += static_cast<char>(length & 0xff);
  info += static_cast<char>(full.size());
  info += full;
  info += '\0';
  return ngtcp2_crypto_hkdf_expand(out, length, &md, secret, secretLength, reinterpret_cast<const uint8_t *>(info.data()),
                                   info.size()) == 0;
}

EVP_CIPHER_CTX *newContext(const EVP_CIPHER *cipher, const uint8_t *key, bool sends) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  if (context == nullptr) return nullptr;
  auto init = sends ? EVP_EncryptInit_ex : EVP_DecryptInit_ex;
  if (init(context, cipher, nullptr, key, nullptr) == 1 && EVP_CIPHER_CTX_set_padding(context, 0) == 1) return context;
  EVP_CIPHER_CTX_free(context);
  return nullptr;
}

using InstallKey = int (*)(ngtcp2_conn *, const uint8_t *, size_t, const ngtcp2_crypto_aead_ctx *, const uint8_t *, size_t,
                           const ngtcp2_crypto_cipher_ctx *);

int install(ngtcp2_conn *conn, const Suite &suite, const uint8_t *secret, size_t length, bool sends) {
  const ngtcp2_crypto_md &md = ngtcp2_conn_get_crypto_ctx(conn)->md;
  KeyBytes key, header, iv;
  if (!expandLabel(key.data(), suite.keyLength, md, secret, length, "quic key") ||
      !expandLabel(iv.data(), kNonce, md, secret, length, "quic iv") ||
      !expandLabel(header.data(), suite.keyLength, md, secret, length, "quic hp")) {
    return -1;
  }
  EVP_CIPHER_CTX *packets = newContext(suite.aead, key.data(), sends), *headers = newContext(suite.header, header.data(), true);
  ngtcp2_crypto_aead_ctx packetContext{marked(packets)};
  ngtcp2_crypto_cipher_ctx headerContext{marked(headers)};
  InstallKey installKey = sends ? ngtcp2_conn_install_tx_key : ngtcp2_conn_install_rx_key;
  if (packets != nullptr && headers != nullptr &&
      installKey(conn, secret, length, &packetContext, iv.data(), kNonce, &headerContext) == 0) {
    return 0;
  }
  EVP_CIPHER_CTX_free(packets);
  EVP_CIPHER_CTX_free(headers);
  return -1;
}

int onSecrets(gnutls_session_t session, gnutls_record_encryption_level_t gnutlsLevel, const void *received, const void *sent,
              size_t length) {
  auto *ref = static_cast<ngtcp2_crypto_conn_ref *>(gnutls_session_get_ptr(session));
  ngtcp2_conn *conn = ref->get_conn(ref);
  auto level = ngtcp2_crypto_gnutls_from_gnutls_record_encryption_level(gnutlsLevel);
  bool oneRtt = gnutlsLevel == GNUTLS_ENCRYPTION_LEVEL_APPLICATION;
  const Suite *suite = oneRtt && ngtcp2_conn_get_negotiated_version(conn) == NGTCP2_PROTO_VER_V1 ? suiteOf(session) : nullptr;
  const auto *in = static_cast<const uint8_t *>(received), *out = static_cast<const uint8_t *>(sent);
  if (suite != nullptr) {
    if (in != nullptr && install(conn, *suite, in, length, false) != 0) return -1;
    return out == nullptr ? 0 : install(conn, *suite, out, length, true);
  }
  if (in != nullptr && ngtcp2_crypto_derive_and_install_rx_key(conn, nullptr, nullptr, nullptr, level, in, length) != 0) return -1;
  if (out == nullptr) return 0;
  return ngtcp2_crypto_derive_and_install_tx_key(conn, nullptr, nullptr, nullptr, level, out, length);
}

int onEncrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead, const ngtcp2_crypto_aead_ctx *context, const uint8_t *plain,
              size_t length, const uint8_t *nonce, size_t nonceLength, const uint8_t *header, size_t headerLength) {
  EVP_CIPHER_CTX *packets = ours(context->native_handle);
  if (packets == nullptr)
    return ngtcp2_crypto_encrypt_cb(dest, aead, context, plain, length, nonce, nonceLength, header, headerLength);
  int written;
  bool ok = nonceLength == kNonce && EVP_EncryptInit_ex(packets, nullptr, nullptr, nullptr, nonce) == 1 &&
            EVP_EncryptUpdate(packets, nullptr, &written, header, static_cast<int>(headerLength)) == 1 &&
            EVP_EncryptUpdate(packets, dest, &written, plain, static_cast<int>(length)) == 1 &&
            EVP_EncryptFinal_ex(packets, dest + length, &written) == 1 &&
            EVP_CIPHER_CTX_ctrl(packets, EVP_CTRL_AEAD_GET_TAG, kTag, dest + length) == 1;
  return ok ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
}

int onDecrypt(uint8_t *dest, const ngtcp2_crypto_aead *aead, const ngtcp2_crypto_aead_ctx *context, const uint8_t *sealed,
              size_t length, const uint8_t *nonce, size_t nonceLength, const uint8_t *header, size_t headerLength) {
  EVP_CIPHER_CTX *packets = ours(context->native_handle);
  if (packets == nullptr)
    return ngtcp2_crypto_decrypt_cb(dest, aead, context, sealed, length, nonce, nonceLength, header, headerLength);
  if (length < kTag) return NGTCP2_ERR_DECRYPT;
  size_t plain = length - kTag;
  auto *tag = const_cast<uint8_t *>(sealed + plain);
  int written;
  bool ok = nonceLength == kNonce && EVP_DecryptInit_ex(packets, nullptr, nullptr, nullptr, nonce) == 1 &&
            EVP_DecryptUpdate(packets, nullptr, &written, header, static_cast<int>(headerLength)) == 1 &&
            EVP_DecryptUpdate(packets, dest, &written, sealed, static_cast<int>(plain)) == 1 &&
            EVP_CIPHER_CTX_ctrl(packets, EVP_CTRL_AEAD_SET_TAG, kTag, tag) == 1 &&
            EVP_DecryptFinal_ex(packets, dest + plain, &written) == 1;
  return ok ? 0 : NGTCP2_ERR_DECRYPT;
}

int onHeaderMask(uint8_t *dest, const ngtcp2_crypto_cipher *cipher, const ngtcp2_crypto_cipher_ctx *context, const uint8_t *sample) {
  EVP_CIPHER_CTX *headers = ours(context->native_handle);
  if (headers == nullptr) return ngtcp2_crypto_hp_mask_cb(dest, cipher, context, sample);
  uint8_t mask[kSample];
  int written;
  if (EVP_EncryptUpdate(headers, mask, &written, sample, kSample) != 1) return NGTCP2_ERR_CALLBACK_FAILURE;
  memcpy(dest, mask, NGTCP2_HP_MASKLEN);
  return 0;
}

// RFC 9001 section 6: new secrets and packet keys, the same header keys.
int onUpdateKey(ngtcp2_conn *conn, uint8_t *receivedSecret, uint8_t *sentSecret, ngtcp2_crypto_aead_ctx *received, uint8_t *receivedIv,
                ngtcp2_crypto_aead_ctx *sent, uint8_t *sentIv, const uint8_t *currentReceived, const uint8_t *currentSent,
                size_t length, void *) {
  KeyBytes in, out;
  if (ngtcp2_crypto_update_key(conn, receivedSecret, sentSecret, received, in.data(), receivedIv, sent, out.data(), sentIv,
                               currentReceived, currentSent, length) != 0) {
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  const Suite *suite = suiteOf(static_cast<gnutls_session_t>(ngtcp2_conn_get_tls_native_handle(conn)));
  if (suite == nullptr || ngtcp2_conn_get_negotiated_version(conn) != NGTCP2_PROTO_VER_V1) return 0;
  EVP_CIPHER_CTX *opens = newContext(suite->aead, in.data(), false), *seals = newContext(suite->aead, out.data(), true);
  ngtcp2_crypto_aead_ctx_free(received);
  ngtcp2_crypto_aead_ctx_free(sent);
  received->native_handle = sent->native_handle = nullptr;
  if (opens == nullptr || seals == nullptr) {
    EVP_CIPHER_CTX_free(opens);
    EVP_CIPHER_CTX_free(seals);
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  received->native_handle = marked(opens);
  sent->native_handle = marked(seals);
  return 0;
}

void onDeleteAead(ngtcp2_conn *conn, ngtcp2_crypto_aead_ctx *context, void *user) {
  EVP_CIPHER_CTX *packets = ours(context->native_handle);
  if (packets == nullptr) return ngtcp2_crypto_delete_crypto_aead_ctx_cb(conn, context, user);
  EVP_CIPHER_CTX_free(packets);
  context->native_handle = nullptr;
}

void onDeleteCipher(ngtcp2_conn *conn, ngtcp2_crypto_cipher_ctx *context, void *user) {
  EVP_CIPHER_CTX *headers = ours(context->native_handle);
  if (headers == nullptr) return ngtcp2_crypto_delete_crypto_cipher_ctx_cb(conn, context, user);
  EVP_CIPHER_CTX_free(headers);
  context->native_handle = nullptr;
}

}  // namespace

bool openSslProtects() {
  return EVP_CIPHER_fetch != nullptr && EVP_CIPHER_CTX_new != nullptr && EVP_EncryptInit_ex != nullptr && EVP_DecryptInit_ex != nullptr;
}

void protectPackets(ngtcp2_callbacks &calls) {
  calls.encrypt = onEncrypt;
  calls.decrypt = onDecrypt;
  calls.hp_mask = onHeaderMask;
  calls.update_key = onUpdateKey;
  calls.delete_crypto_aead_ctx = onDeleteAead;
  calls.delete_crypto_cipher_ctx = onDeleteCipher;
}

void protectPackets(gnutls_session_t session) { gnutls_handshake_set_secret_function(session, onSecrets); }
