/** A line of the service is far shorter; a stream without line ends must not fill the memory. */
const LINE_LENGTH_MAX = 1_048_576;

/**
 * The values of a stream of JSON lines, each as soon as its line is complete.
 *
 * @throws SyntaxError for a line that is no JSON; RangeError for one that is too long.
 */
export async function* readJsonLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LENGTH_MAX) throw new RangeError('a line has no end');
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
}

/** The chunks of a body; not every browser iterates it. Leaving the loop early cancels it. */
export async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
