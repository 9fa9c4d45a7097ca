import { StringDecoder } from 'node:string_decoder';

/**
 * The lines of a text that comes in pieces, without their line feeds; at a line feed only: readline also parts at
 * U+2028, which JSON leaves in texts as it is.
 */
export async function* splitLines(
  pieces: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest: string[] = [];
  for await (const piece of pieces) {
    const lines = (typeof piece === 'string' ? piece : decoder.write(Buffer.from(piece))).split(
      '\n',
    );
    const last = lines.pop() ?? '';
    for (const line of lines) {
      yield rest.join('') + line;
      rest = [];
    }
    rest.push(last);
  }
  const last = rest.join('') + decoder.end();
  if (last !== '') yield last;
}
