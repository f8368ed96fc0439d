/** Where the library's streams (1.6.8) behave otherwise than the W3C API says, put right from outside. */

interface ResettableStream {
  readableclosed?: boolean;
  onStreamNetworkFinish(outcome: { readonly nettask: string }): void;
}

/** After a reset of its sending half the library listens no more to the other: the peer's end would never be heard, and the stream never over. */
export function keepReadingAfterReset(stream: ResettableStream): void {
  const finish = stream.onStreamNetworkFinish.bind(stream);
  stream.onStreamNetworkFinish = (outcome) => {
    const closed = stream.readableclosed ?? false;
    finish(outcome);
    if (outcome.nettask === 'resetStream') stream.readableclosed = closed;
  };
}
