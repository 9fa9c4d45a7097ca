import { once } from 'node:events';
import { WebSocket } from 'ws';

const SAMPLING_INTERVAL_MICROS = 200;

/** What `Profiler.stop` gives; the file form of `.cpuprofile`. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Profiler {
  stop(): Promise<CpuProfile>;
}

/** Samples a process that was started with `--inspect=127.0.0.1:<port>`, for a part of its life. */
export async function startProfiler(port: number): Promise<Profiler> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '', { perMessageDeflate: false });
  await once(socket, 'open');
  let lastId = 0;

  function call<T>(method: string, params: object = {}): Promise<T> {
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      function onMessage(data: Buffer): void {
        const message = JSON.parse(data.toString()) as {
          id?: number;
          result: T;
          error?: { message: string };
        };
        if (message.id !== id) return;
        socket.off('message', onMessage);
        if (message.error === undefined) resolve(message.result);
        else reject(new Error(`${method}: ${message.error.message}`));
      }
      socket.on('message', onMessage);
      socket.send(JSON.stringify({ id, method, params }));
    });
  }

  await call('Profiler.enable');
  await call('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_MICROS });
  await call('Profiler.start');
  return {
    async stop() {
      const { profile } = await call<{ profile: CpuProfile }>('Profiler.stop');
      // An open session would keep the process from ending.
      socket.close();
      await once(socket, 'close');
      return profile;
    },
  };
}

/** Functions by the share of busy time that they took themselves, greatest first. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): [string, number][] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.split('/').slice(-3).join('/');
      return [id, `${functionName || '(anonymous)'} ${file}${file && `:${lineNumber + 1}`}`];
    }),
  );
  const microsByName = new Map<string, number>();
  let busyMicros = 0;
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    if (name.startsWith('(idle)')) continue;
    const micros = timeDeltas[index] ?? 0;
    busyMicros += micros;
    microsByName.set(name, (microsByName.get(name) ?? 0) + micros);
  }
  return [...microsByName]
    .map(([name, micros]): [string, number] => [name, micros / busyMicros])
    .sort((a, b) => b[1] - a[1]);
}
