import { AnswerReader } from './answer-reader.ts';
import { garbageOf } from './garbage.ts';
import { openSocket, watchSilence, whenClosed, type Lane } from './lane.ts';
import { excerpt } from './verdict.ts';

/** Sends bytes that are hardly HTTP, each over a connection of its own, until there were enough. */
export async function runGarbageLane(lane: Lane): Promise<void> {
  const { verdict } = lane;
  for (let index = 0; lane.take(1); index += 1) {
    const bytes = garbageOf(lane.requests, lane.chance.of(String(index)));
    const describe = () => `${lane.name} ${index}: ${excerpt(bytes)}`;
    const socket = await openSocket(lane);
    if (socket === undefined) return;
    const reader = new AnswerReader();
    socket.on('data', (chunk: Buffer) => {
      // Of an upgrade the frames follow.
      if (chunk.toString('latin1').startsWith('HTTP/1.1 101')) return void socket.destroy();
      try {
        // Which answers have no body is not known here; only a HEAD's would be misread.
        const method = bytes.toString('latin1', 0, 4) === 'HEAD' ? 'HEAD' : '';
        for (const answer of reader.take(chunk, () => method)) {
          verdict.answered(method, answer, describe);
        }
      } catch (error) {
        verdict.violated(String(error), describe);
        socket.destroy();
      }
    });
    watchSilence(socket, () => verdict.violated('neither an answer nor a close', describe));
    const closed = whenClosed(socket);
    socket.end(bytes);
    await closed;
    verdict.count('raw connection closed');
  }
}
