// What JavaScript calls. Arguments are checked by ../native.ts; here a wrong one gives undefined, never a crash.
#include <arpa/inet.h>
#include <node_api.h>

#include <cstring>

#include "endpoint.h"

namespace {

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
  napi_value value(size_t n) const { return values_[n]; }

 private:
  napi_env env_;
  size_t count_ = 10;
  napi_value values_[10];
};

napi_value numberOf(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

napi_value textOf(napi_env env, const std::string &text) {
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

napi_value bytesOf(napi_env env, const void *data, size_t length) {
  napi_value result;
  void *copied = nullptr;
  napi_create_buffer_copy(env, length, data, &copied, &result);
  return result;
}

bool parseAddress(const std::string &host, uint16_t port, Address *out) {
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

// [address, port]
napi_value describeAddress(napi_env env, const Address &address) {
  char text[INET6_ADDRSTRLEN] = "";
  uint16_t port;
  if (address.storage.ss_family == AF_INET) {
    auto *v4 = reinterpret_cast<const sockaddr_in *>(&address.storage);
    inet_ntop(AF_INET, &v4->sin_addr, text, sizeof(text));
    port = ntohs(v4->sin_port);
  } else {
    auto *v6 = reinterpret_cast<const sockaddr_in6 *>(&address.storage);
    inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof(text));
    port = ntohs(v6->sin6_port);
  }
  napi_value pair;
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, textOf(env, text));
  napi_set_element(env, pair, 1, numberOf(env, port));
  return pair;
}

// (host, port, onEvents) -> handle, or the reason as text
napi_value bindSocket(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value values[3];
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  char host[64] = "";
  size_t length;
  napi_get_value_string_utf8(env, values[0], host, sizeof(host), &length);
  double port = 0;
  napi_get_value_double(env, values[1], &port);
  Address address;
  if (!parseAddress(host, static_cast<uint16_t>(port), &address)) return textOf(env, "not an IP address");
  std::string error;
  Endpoint *endpoint = Endpoint::bind(env, address, values[2], &error);
  if (endpoint == nullptr) return textOf(env, error);
  napi_value result;
  napi_create_external(
      env, new Holder{endpoint},
      [](napi_env, void *holder, void *) { delete static_cast<Holder *>(holder); }, nullptr, &result);
  return result;
}

napi_value localAddress(napi_env env, napi_callback_info info) {
  Endpoint *endpoint = Arguments(env, info).endpoint();
  return endpoint == nullptr ? nullptr : describeAddress(env, endpoint->local);
}

// (endpoint, certificate, key, alpn, idleMs) -> true, or false when the PEM texts are not usable
napi_value listenOn(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Endpoint *endpoint = args.endpoint();
  auto identity = Identity::fromPem(args.text(1), args.text(2));
  Alpn alpn;
  uint32_t length = 0;
  napi_get_array_length(env, args.value(3), &length);
  for (uint32_t n = 0; n < length; n++) {
    napi_value item;
    napi_get_element(env, args.value(3), n, &item);
    char name[256];
    size_t size;
    if (napi_get_value_string_utf8(env, item, name, sizeof(name), &size) == napi_ok) alpn.emplace_back(name, size);
  }
  ConnectionLimits limits;
  limits.idleTimeoutMs = static_cast<uint64_t>(args.number(4));
  bool ok = endpoint != nullptr && identity != nullptr;
  if (ok) endpoint->listen(identity, alpn, limits);
  napi_value result;
  napi_get_boolean(env, ok, &result);
  return result;
}

napi_value setIdentity(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  auto identity = Identity::fromPem(args.text(1), args.text(2));
  bool ok = identity != nullptr && args.endpoint() != nullptr;
  if (ok) args.endpoint()->setIdentity(identity);
  napi_value result;
  napi_get_boolean(env, ok, &result);
  return result;
}

// (endpoint, host, port, alpn, serverName, certificate, key, idleMs, handshakeMs) -> connection number; 0 refused
napi_value dialPeer(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Endpoint *endpoint = args.endpoint();
  Address peer;
  std::string certificate = args.text(5);
  auto identity = certificate.empty() ? Identity::anonymous() : Identity::fromPem(certificate, args.text(6));
  if (endpoint == nullptr || identity == nullptr || !parseAddress(args.text(1), static_cast<uint16_t>(args.number(2)), &peer)) {
    return numberOf(env, 0);
  }
  ConnectionLimits limits;
  limits.idleTimeoutMs = static_cast<uint64_t>(args.number(7));
  limits.handshakeTimeoutMs = static_cast<uint64_t>(args.number(8));
  return numberOf(env, endpoint->dial(peer, identity, args.text(3), args.text(4), limits));
}

// (endpoint, connection) -> [alpn, serverName, address, port, ...certificates]
napi_value peerInfo(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  if (connection == nullptr) return nullptr;
  napi_value list;
  napi_create_array(env, &list);
  uint32_t at = 0;
  napi_set_element(env, list, at++, textOf(env, selectedAlpn(connection->session)));
  napi_set_element(env, list, at++, textOf(env, connection->server ? requestedServerName(connection->session) : ""));
  napi_value address = describeAddress(env, connection->remote), part;
  for (uint32_t n = 0; n < 2; n++) {
    napi_get_element(env, address, n, &part);
    napi_set_element(env, list, at++, part);
  }
  for (const auto &der : peerCertificates(connection->session)) {
    napi_set_element(env, list, at++, bytesOf(env, der.data(), der.size()));
  }
  return list;
}

// (endpoint, connection) -> [by, code, reason]
napi_value closeInfo(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  if (connection == nullptr) return nullptr;
  const CloseInfo &close = connection->closeInfo;
  napi_value list;
  napi_create_array_with_length(env, 3, &list);
  napi_set_element(env, list, 0, numberOf(env, static_cast<double>(close.by)));
  napi_set_element(env, list, 1, numberOf(env, static_cast<double>(close.code)));
  napi_set_element(env, list, 2, textOf(env, close.reason));
  return list;
}

napi_value openStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  int64_t id = connection == nullptr ? -2 : connection->openStream(args.boolean(2), static_cast<uint8_t>(args.number(3)));
  return numberOf(env, static_cast<double>(id));
}

napi_value writeStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  const uint8_t *data = nullptr;
  size_t length = 0;
  if (connection == nullptr || !args.bytes(3, &data, &length)) return numberOf(env, -1);
  return numberOf(env, connection->write(args.stream(), data, length, args.value(3)));
}

napi_value readStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  if (connection == nullptr) return nullptr;
  std::vector<uint8_t> bytes = connection->take(args.stream());
  return bytes.empty() ? nullptr : bytesOf(env, bytes.data(), bytes.size());
}

napi_value unsentOf(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  return numberOf(env, connection == nullptr ? 0 : connection->unsent(args.stream()));
}

napi_value finishStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->finish(args.stream());
  return nullptr;
}

napi_value resetStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->resetStream(args.stream(), static_cast<uint64_t>(args.number(3)));
  return nullptr;
}

napi_value stopStream(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->stopStream(args.stream(), static_cast<uint64_t>(args.number(3)));
  return nullptr;
}

napi_value setClass(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->setClass(args.stream(), static_cast<uint8_t>(args.number(3)));
  return nullptr;
}

// (endpoint, connection, bytes, class) -> 0 queued, 1 dropped an older one, 2 too large, 3 closed
napi_value sendDatagram(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  const uint8_t *data = nullptr;
  size_t length = 0;
  if (connection == nullptr || !args.bytes(2, &data, &length)) return numberOf(env, 3);
  return numberOf(env, connection->sendDatagram(data, length, static_cast<uint8_t>(args.number(3))));
}

napi_value takeDatagrams(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  if (connection == nullptr) return nullptr;
  napi_value list;
  napi_create_array(env, &list);
  uint32_t at = 0;
  for (const auto &bytes : connection->takeDatagrams()) {
    napi_set_element(env, list, at++, bytesOf(env, bytes.data(), bytes.size()));
  }
  return list;
}

napi_value maxDatagram(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  return numberOf(env, connection == nullptr ? 0 : static_cast<double>(connection->maxDatagram()));
}

// (endpoint, connection, Float64Array of 8): filled in the order that ../native.ts names
napi_value readStats(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  napi_typedarray_type type;
  size_t length = 0;
  void *out = nullptr;
  napi_get_typedarray_info(env, args.value(2), &type, &length, &out, nullptr, nullptr);
  if (connection != nullptr && type == napi_float64_array && length >= 8) connection->stats(static_cast<double *>(out));
  return nullptr;
}

napi_value exportKey(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  const uint8_t *context = nullptr;
  size_t contextLength = 0;
  if (connection == nullptr || !args.bytes(3, &context, &contextLength)) return nullptr;
  std::vector<uint8_t> out(static_cast<size_t>(args.number(4)));
  bool ok = exportKeyingMaterial(connection->session, args.text(2), context, contextLength, out.data(), out.size());
  return ok ? bytesOf(env, out.data(), out.size()) : nullptr;
}

napi_value closeConnection(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  if (Connection *connection = args.connection()) connection->close(static_cast<uint64_t>(args.number(2)), args.text(3));
  return nullptr;
}

napi_value closeSocket(napi_env env, napi_callback_info info) {
  Holder *holder = Arguments(env, info).holder();
  if (holder != nullptr && holder->endpoint != nullptr) {
    holder->endpoint->close();
    holder->endpoint = nullptr;
  }
  return nullptr;
}

napi_value ngtcp2Version(napi_env env, napi_callback_info) { return textOf(env, ngtcp2_version(0)->version_str); }

napi_value init(napi_env env, napi_value exports) {
  const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"bindSocket", bindSocket},     {"localAddress", localAddress},   {"listen", listenOn},
      {"setIdentity", setIdentity},   {"dial", dialPeer},               {"peerInfo", peerInfo},
      {"closeInfo", closeInfo},       {"openStream", openStream},       {"write", writeStream},
      {"read", readStream},           {"unsent", unsentOf},             {"finish", finishStream},
      {"reset", resetStream},         {"stop", stopStream},             {"setClass", setClass},
      {"sendDatagram", sendDatagram}, {"takeDatagrams", takeDatagrams}, {"maxDatagram", maxDatagram},
      {"stats", readStats},           {"exportKey", exportKey},         {"closeConnection", closeConnection},
      {"closeSocket", closeSocket},   {"ngtcp2Version", ngtcp2Version},
  };
  for (const auto &entry : functions) {
    napi_value function;
    napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.call, nullptr, &function);
    napi_set_named_property(env, exports, entry.name, function);
  }
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
