/**
 * Over TCP the library throws at what no peer should send, out of an event of the socket or a tick of its own: that ends the process. Here
 * it ends the peer instead. Reaches into the library's files (1.6.8); `test/fuzz/reliable-hostile.test.ts` watches it.
 */
interface Parser {
  readonly stream: { destroy(): unknown };
  parseData(bytes: Uint8Array): void;
}

interface Stream {
  /** What tells the application; none when the stream came after the session's end. */
  readonly jsobj?: object;
  stopSending(code: number): void;
  resetStream(code: number): void;
}

let guarded: Promise<void> | undefined;

/** Once a process. @throws Error when the library's parts are not where they were */
export function guardLibrary(): Promise<void> {
  guarded ??= guardAll();
  return guarded;
}

async function guardAll(): Promise<void> {
  guardParser(await prototypeOf<Parser>('./http2/node/capsuleparser.js', 'Http2CapsuleParser', 'parseData'));
  guardParser(await prototypeOf<Parser>('./http2/node/websocketparser.js', 'WebSocketParser', 'parseData'));
  guardStream(await prototypeOf<Stream>('./http2/stream.js', 'Http2WebTransportStream', 'stopSending'));
}

async function prototypeOf<Part>(path: string, name: string, method: keyof Part & string): Promise<Part> {
  const library = import.meta.resolve('@fails-components/webtransport');
  const file = (await import(new URL(path, library).href)) as Record<string, { prototype: Part }>;
  const part = file[name]?.prototype;
  if (typeof part?.[method] !== 'function') throw new Error(`the library's ${name} has no ${method}`);
  return part;
}

function guardParser(parser: Parser): void {
  const parse = parser.parseData;
  parser.parseData = function (this: Parser, bytes) {
    try {
      parse.call(this, bytes);
    } catch {
      this.stream.destroy();
    }
  };
}

/** Nobody is there to be told that such a stream was refused, and the session's end has refused it already. */
function guardStream(stream: Stream): void {
  for (const method of ['stopSending', 'resetStream'] as const) {
    const refuse = stream[method];
    stream[method] = function (this: Stream, code) {
      if (this.jsobj) refuse.call(this, code);
    };
  }
}
