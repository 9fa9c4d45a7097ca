/** A frame of the service. */
export interface ServiceFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Reads the frames of a service: whole, not masked. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): ServiceFrame[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const frames: ServiceFrame[] = [];
    for (;;) {
      const bytes = this.#bytes;
      const [first, second] = bytes;
      if (first === undefined || second === undefined) return frames;
      const { from, length } = lengthOf(bytes, second & 0x7f);
      if (bytes.length < from + length) return frames;
      frames.push({ opcode: first & 0x0f, payload: bytes.subarray(from, from + length) });
      this.#bytes = bytes.subarray(from + length);
    }
  }
}

function lengthOf(bytes: Buffer, short: number): { from: number; length: number } {
  if (short < 126) return { from: 2, length: short };
  if (short === 126) {
    return bytes.length < 4 ? NOT_YET : { from: 4, length: bytes.readUInt16BE(2) };
  }
  return bytes.length < 10 ? NOT_YET : { from: 10, length: Number(bytes.readBigUInt64BE(2)) };
}

const NOT_YET = { from: 0, length: Number.POSITIVE_INFINITY };
