// Connections, their streams and their datagrams as JavaScript has them.
#include "arguments.h"
#include "binding.h"

// (endpoint, connection) -> what a later dial may begin with, or undefined
napi_value ticketOf(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  if (connection == nullptr || connection->ticket.empty()) return nullptr;
  return bytesOf(env, connection->ticket.data(), connection->ticket.size());
}

// (endpoint, connection) -> whether the handshake went by a ticket
napi_value isResumed(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  return booleanOf(env, connection != nullptr && gnutls_session_is_resumed(connection->session) != 0);
}

napi_value updateKeys(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  return booleanOf(env, connection != nullptr && connection->updateKeys());
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
  napi_value address = describeAddress(env, connection->remote()), part;
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
  int64_t id = connection == nullptr ? -2 : connection->openStream(args.boolean(2), args.trafficClass(3));
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
  ReceiveQueue bytes = connection->take(args.stream());
  napi_value result;
  void *memory = nullptr;
  if (bytes.empty() || napi_create_buffer(env, bytes.size(), &memory, &result) != napi_ok) return nullptr;
  bytes.copyTo(static_cast<uint8_t *>(memory));
  return result;
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
  if (Connection *connection = args.connection()) connection->setClass(args.stream(), args.trafficClass(3));
  return nullptr;
}

// (endpoint, connection, bytes, class, key or -1) -> 0 queued, 1 dropped an older one, 2 too large, 3 closed
napi_value sendDatagram(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  const uint8_t *data = nullptr;
  size_t length = 0;
  if (connection == nullptr || !args.bytes(2, &data, &length)) return numberOf(env, 3);
  return numberOf(env, connection->sendDatagram(data, length, args.trafficClass(3),
                                               static_cast<int64_t>(args.number(4))));
}

// (endpoint, connection) -> the one that waits, or [bytes of all, Uint32Array of their lengths], oldest first; undefined when none waits
napi_value takeDatagrams(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  if (connection == nullptr) return nullptr;
  IncomingDatagrams &arrived = connection->incomingDatagrams();
  if (arrived.empty()) return nullptr;
  if (arrived.count() == 1) {
    napi_value only = bytesOf(env, arrived.bytes(), arrived.size());
    arrived.clear();
    return only;
  }
  napi_value pair, buffer, lengths;
  void *memory = nullptr;
  napi_create_arraybuffer(env, arrived.count() * sizeof(uint32_t), &memory, &buffer);
  memcpy(memory, arrived.lengths(), arrived.count() * sizeof(uint32_t));
  napi_create_typedarray(env, napi_uint32_array, arrived.count(), buffer, 0, &lengths);
  napi_create_array_with_length(env, 2, &pair);
  napi_set_element(env, pair, 0, bytesOf(env, arrived.bytes(), arrived.size()));
  napi_set_element(env, pair, 1, lengths);
  arrived.clear();
  return pair;
}

napi_value maxDatagram(napi_env env, napi_callback_info info) {
  Connection *connection = Arguments(env, info).connection();
  return numberOf(env, connection == nullptr ? 0 : static_cast<double>(connection->maxDatagram()));
}

// (endpoint, connection, Float64Array of 14): filled in the order that ../native.ts names
napi_value readStats(napi_env env, napi_callback_info info) {
  Arguments args(env, info);
  Connection *connection = args.connection();
  auto *out = const_cast<double *>(args.numbers(2, 14));
  if (connection != nullptr && out != nullptr) connection->stats(out);
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
