export { Http3WebTransportClient, Http3WebTransportClientSocket } from '../slot-client.ts';
export { Http3WebTransportServer, Http3WebTransportServerSocket } from '../slot-server.ts';
/** The library asks whether its own engine is ready; ours is once it is loaded. */
export function checkQuicheInit() {}
