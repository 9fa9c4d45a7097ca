import { freePort } from '../support/free-port.ts';
import { startServiceProcess, type ServiceProcess } from '../support/service-process.ts';
import { createFaultProxy, type FaultProxy } from './fault-proxy.ts';

/** One service of the run, on the same port for ever, and the network between it and its clients. */
export class Instance implements AsyncDisposable {
  readonly network: FaultProxy;
  readonly #port: number;
  readonly #env: Readonly<Record<string, string>>;
  readonly #closed = new AbortController();
  #process: ServiceProcess;

  private constructor(
    port: number,
    env: Readonly<Record<string, string>>,
    network: FaultProxy,
    process: ServiceProcess,
  ) {
    this.#port = port;
    this.#env = env;
    this.network = network;
    this.#process = process;
  }

  static async start(env: Readonly<Record<string, string>>): Promise<Instance> {
    const port = await freePort();
    const network = await createFaultProxy(port);
    try {
      return new Instance(port, env, network, await startServiceProcess({ port, env }));
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** As clients reach it, through the network that breaks. */
  get url(): string {
    return `http://127.0.0.1:${this.network.port}`;
  }

  /** Past that network. */
  get address(): string {
    return this.#process.address;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get isRunning(): boolean {
    try {
      return process.kill(this.pid, 0);
    } catch {
      return false;
    }
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }

  /** After `kill`, on the same data. */
  async startAgain(): Promise<void> {
    this.#process = await startServiceProcess({
      port: this.#port,
      env: this.#env,
      signal: this.#closed.signal,
    });
  }

  suspend(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.network[Symbol.asyncDispose]();
    await this.#process.kill();
  }
}
