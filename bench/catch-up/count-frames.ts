/** As much of a socket of the package `ws` as is counted. */
export interface CountedSocket {
  send(data: string | Uint8Array, ...rest: unknown[]): void;
  on(event: 'message', listener: (data: { readonly length: number }) => void): unknown;
}

export interface Frames {
  sentBytes: number;
  receivedBytes: number;
  receivedFrames: number;
}

/** Counts what frames carry from now on, without their headers and the handshake; nothing is compressed. */
export function countFrames(socket: CountedSocket): Frames {
  const frames: Frames = { sentBytes: 0, receivedBytes: 0, receivedFrames: 0 };
  const send = socket.send.bind(socket);
  socket.send = (data, ...rest) => {
    frames.sentBytes += typeof data === 'string' ? Buffer.byteLength(data) : data.length;
    send(data, ...rest);
  };
  socket.on('message', ({ length }) => {
    frames.receivedBytes += length;
    frames.receivedFrames += 1;
  });
  return frames;
}
