import { setImmediate as nextTurn } from 'node:timers/promises';

/** UTF-16 code units after which a piece leaves. */
const PIECE_LENGTH = 16_384;

/**
 * Joins texts to pieces, with a turn of the event loop after each: a socket that takes everything at once would otherwise
 * have a large export made in one turn, while everybody else waits.
 */
export async function* inPieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
    await nextTurn();
  }
  if (piece !== '') yield piece;
}
