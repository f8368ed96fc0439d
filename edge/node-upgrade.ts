/** WebSockets on Node: what `serve` is given beside the app, and what a route upgrades with. */
import { upgradeWebSocket, type WebSocketServerLike } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { LIVE_MESSAGE_BYTES } from '../schema/api/node-live.ts';

export const nodeUpgrade = upgradeWebSocket;

/** A fresh server of sockets: it belongs to the one HTTP server that it is given to. */
export function webSockets(): { server: WebSocketServerLike } {
  const limits = { maxPayload: LIVE_MESSAGE_BYTES, perMessageDeflate: false };
  return { server: new WebSocketServer({ noServer: true, ...limits }) as WebSocketServerLike };
}
