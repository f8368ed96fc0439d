// What the functions that JavaScript calls have in common: reading arguments, making values. Arguments are checked by ../native.ts; here a
// wrong one gives undefined, never a crash.
#pragma once

#include <arpa/inet.h>
#include <node_api.h>

#include <cstring>
#include <string>
#include <vector>

#include "endpoint.h"

// A handle that JavaScript holds. The endpoint behind it frees itself once closed; the holder then points nowhere.
struct Holder {
  Endpoint *endpoint;
};

class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) { napi_get_cb_info(env, info, &count_, values_, nullptr, nullptr); }
  Endpoint *endpoint() const {
    void *holder = nullptr;
    napi_get_value_external(env_, values_[0], &holder);
    return holder == nullptr ? nullptr : static_cast<Holder *>(holder)->endpoint;
  }
  Holder *holder() const {
    void *holder = nullptr;
    napi_get_value_external(env_, values_[0], &holder);
    return static_cast<Holder *>(holder);
  }
  Connection *connection() const {
    Endpoint *endpoint = this->endpoint();
    return endpoint == nullptr ? nullptr : endpoint->find(static_cast<uint32_t>(number(1)));
  }
  double number(size_t n) const {
    double value = 0;
    napi_get_value_double(env_, values_[n], &value);
    return value;
  }
  // What is no class is the least urgent.
  uint8_t trafficClass(size_t n) const {
    double value = number(n);
    return value >= 0 && value < kClasses ? static_cast<uint8_t>(value) : kClasses - 1;
  }
  int64_t stream() const { return static_cast<int64_t>(number(2)); }
  bool boolean(size_t n) const {
    bool value = false;
    napi_get_value_bool(env_, values_[n], &value);
    return value;
  }
  std::string text(size_t n) const {
    size_t length = 0;
    if (napi_get_value_string_utf8(env_, values_[n], nullptr, 0, &length) != napi_ok) return "";
    std::string text(length, '\0');
    napi_get_value_string_utf8(env_, values_[n], &text[0], length + 1, &length);
    return text;
  }
  bool bytes(size_t n, const uint8_t **data, size_t *length) const {
    napi_typedarray_type type;
    void *start = nullptr;
    if (napi_get_typedarray_info(env_, values_[n], &type, length, &start, nullptr, nullptr) != napi_ok) return false;
    *data = static_cast<const uint8_t *>(start);
    return type == napi_uint8_array;
  }
  // Null when it is no Float64Array of that many at least.
  const double *numbers(size_t n, size_t least) const {
    napi_typedarray_type type;
    size_t length = 0;
    void *start = nullptr;
    if (napi_get_typedarray_info(env_, values_[n], &type, &length, &start, nullptr, nullptr) != napi_ok) return nullptr;
    return type == napi_float64_array && length >= least ? static_cast<const double *>(start) : nullptr;
  }
  template <typename T>
  T *external(size_t n) const {
    void *held = nullptr;
    return napi_get_value_external(env_, values_[n], &held) == napi_ok ? static_cast<T *>(held) : nullptr;
  }
  napi_value value(size_t n) const { return values_[n]; }

 private:
  napi_env env_;
  size_t count_ = 10;
  napi_value values_[10];
};

inline napi_value numberOf(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

inline napi_value textOf(napi_env env, const std::string &text) {
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

inline napi_value bytesOf(napi_env env, const void *data, size_t length) {
  napi_value result;
  void *copied = nullptr;
  napi_create_buffer_copy(env, length, data, &copied, &result);
  return result;
}

inline std::string textAt(napi_env env, napi_value list, uint32_t n) {
  napi_value item;
  size_t length = 0;
  if (napi_get_element(env, list, n, &item) != napi_ok) return "";
  if (napi_get_value_string_utf8(env, item, nullptr, 0, &length) != napi_ok) return "";
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, item, &text[0], length + 1, &length);
  return text;
}

// [address, port]
inline napi_value describeAddress(napi_env env, const Address &address) {
  char text[INET6_ADDRSTRLEN] = "";
  uint16_t port;
  if (address.storage.ss_family == AF_INET) {
    auto *v4 = reinterpret_cast<const sockaddr_in *>(&address.storage);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
    port = ntohs(v4->sin_port);
  } else {
    auto *v6 = reinterpret_cast<const sockaddr_in6 *>(&address.storage);
    // A mapped address is told as the IPv4 address that it is.
    if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
      inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, text, sizeof(text));
    } else {
      inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
    }
    port = ntohs(v6->sin6_port);
  }
  napi_value pair;
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, textOf(env, text));
  napi_set_element(env, pair, 1, numberOf(env, port));
  return pair;
}

inline napi_value booleanOf(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}
