import type { Answer } from './verdict.ts';

/** Reads the answers of one connection, in order. */
export class AnswerReader {
  #bytes: Buffer = Buffer.alloc(0);

  /** @param methodOf of the requests without an answer, the oldest first. @returns whole answers. */
  take(chunk: Buffer, methodOf: (index: number) => string): Answer[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const answers: Answer[] = [];
    for (;;) {
      const answer = this.#takeOne(methodOf(answers.length));
      if (answer === undefined) return answers;
      // 100 and its like announce the answer.
      if (answer.status >= 200) answers.push(answer);
    }
  }

  #takeOne(method: string): Answer | undefined {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.#bytes.toString('latin1', 0, end).split('\r\n');
    const status = Number(statusLine.split(' ', 2)[1]);
    if (!statusLine.startsWith('HTTP/1.1 ') || !Number.isInteger(status)) {
      throw new Error(`no HTTP: ${statusLine.slice(0, 100)}`);
    }
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const from = end + 4;
    const isEmpty = status < 200 || status === 204 || status === 304;
    if (isEmpty || (status >= 200 && method === 'HEAD')) {
      this.#bytes = this.#bytes.subarray(from);
      return { status, headers, body: Buffer.alloc(0) };
    }
    const found =
      headers['transfer-encoding'] === 'chunked'
        ? readChunks(this.#bytes, from)
        : readLength(this.#bytes, from, Number(headers['content-length'] ?? 0));
    if (found === undefined) return undefined;
    this.#bytes = this.#bytes.subarray(found.end);
    return { status, headers, body: found.body };
  }
}

interface Body {
  readonly body: Buffer;
  /** Where the next answer begins. */
  readonly end: number;
}

function readLength(bytes: Buffer, from: number, length: number): Body | undefined {
  if (bytes.length < from + length) return undefined;
  return { body: bytes.subarray(from, from + length), end: from + length };
}

function readChunks(bytes: Buffer, from: number): Body | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end: next };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
