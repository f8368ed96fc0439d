// Everything that JavaScript can call; ../native.ts says what each takes and gives.
#pragma once

#include <node_api.h>

// binding_endpoint.cc
napi_value bindSocket(napi_env env, napi_callback_info info);
napi_value rebindSocket(napi_env env, napi_callback_info info);
napi_value localAddress(napi_env env, napi_callback_info info);
napi_value makeIdentity(napi_env env, napi_callback_info info);
napi_value listenOn(napi_env env, napi_callback_info info);
napi_value setIdentity(napi_env env, napi_callback_info info);
napi_value dialPeer(napi_env env, napi_callback_info info);
napi_value readEndpointStats(napi_env env, napi_callback_info info);
napi_value closeSocket(napi_env env, napi_callback_info info);

// binding_connection.cc
napi_value ticketOf(napi_env env, napi_callback_info info);
napi_value isResumed(napi_env env, napi_callback_info info);
napi_value updateKeys(napi_env env, napi_callback_info info);
napi_value peerInfo(napi_env env, napi_callback_info info);
napi_value closeInfo(napi_env env, napi_callback_info info);
napi_value openStream(napi_env env, napi_callback_info info);
napi_value writeStream(napi_env env, napi_callback_info info);
napi_value readStream(napi_env env, napi_callback_info info);
napi_value unsentOf(napi_env env, napi_callback_info info);
napi_value finishStream(napi_env env, napi_callback_info info);
napi_value resetStream(napi_env env, napi_callback_info info);
napi_value stopStream(napi_env env, napi_callback_info info);
napi_value setClass(napi_env env, napi_callback_info info);
napi_value sendDatagram(napi_env env, napi_callback_info info);
napi_value takeDatagrams(napi_env env, napi_callback_info info);
napi_value maxDatagram(napi_env env, napi_callback_info info);
napi_value readStats(napi_env env, napi_callback_info info);
napi_value exportKey(napi_env env, napi_callback_info info);
napi_value closeConnection(napi_env env, napi_callback_info info);

// token_key.cc
napi_value tokenPublicKey(napi_env env, napi_callback_info info);
napi_value tokenSign(napi_env env, napi_callback_info info);
