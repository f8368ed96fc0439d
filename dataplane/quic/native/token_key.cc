// A key in a PKCS#11 token, by its URI (RFC 7512): what it signs and its public half. The key itself never leaves the token.
#include <gnutls/abstract.h>

#include <cstring>

#include "arguments.h"
#include "binding.h"

namespace {

// Freed in every way out.
struct TokenKey {
  gnutls_privkey_t key = nullptr;
  int error;
  explicit TokenKey(const std::string &uri) {
    error = gnutls_privkey_init(&key);
    if (error == 0) error = gnutls_privkey_import_url(key, uri.c_str(), 0);
  }
  ~TokenKey() {
    if (key != nullptr) gnutls_privkey_deinit(key);
  }
  TokenKey(const TokenKey &) = delete;
};

// Big-endian, without what ASN.1 put in front, in exactly 32 bytes.
bool place(const gnutls_datum_t &number, unsigned char *out) {
  size_t skip = 0;
  while (skip < number.size && number.data[skip] == 0) skip++;
  size_t length = number.size - skip;
  if (length > 32) return false;
  memcpy(out + 32 - length, number.data + skip, length);
  return true;
}

}  // namespace

// (uri) -> SubjectPublicKeyInfo, DER, or why not
napi_value tokenPublicKey(napi_env env, napi_callback_info info) {
  TokenKey token(Arguments(env, info).text(0));
  if (token.error != 0) return textOf(env, gnutls_strerror(token.error));
  gnutls_pubkey_t key;
  if (gnutls_pubkey_init(&key) != 0) return nullptr;
  gnutls_datum_t der{};
  int error = gnutls_pubkey_import_privkey(key, token.key, 0, 0);
  if (error == 0) error = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &der);
  gnutls_pubkey_deinit(key);
  if (error != 0) return textOf(env, gnutls_strerror(error));
  napi_value result = bytesOf(env, der.data, der.size);
  gnutls_free(der.data);
  return result;
}

// (uri, bytes) -> ECDSA with SHA-256, r and s of 32 bytes each (as JWS and WebCrypto have them), or why not
napi_value tokenSign(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  const uint8_t *data = nullptr;
  size_t length = 0;
  if (!args.bytes(1, &data, &length)) return nullptr;
  TokenKey token(args.text(0));
  if (token.error != 0) return textOf(env, gnutls_strerror(token.error));
  gnutls_datum_t input{const_cast<unsigned char *>(data), static_cast<unsigned>(length)}, der{}, r{}, s{};
  int error = gnutls_privkey_sign_data2(token.key, GNUTLS_SIGN_ECDSA_SHA256, 0, &input, &der);
  if (error == 0) error = gnutls_decode_rs_value(&der, &r, &s);
  unsigned char signature[64] = {0};
  if (error == 0 && (!place(r, signature) || !place(s, signature + 32))) error = GNUTLS_E_PK_SIGN_FAILED;
  gnutls_free(der.data);
  gnutls_free(r.data);
  gnutls_free(s.data);
  return error == 0 ? bytesOf(env, signature, sizeof(signature)) : textOf(env, gnutls_strerror(error));
}
