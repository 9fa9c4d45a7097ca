import { API_PREFIX } from '@cuepoint/server';
import { freePort } from '../support/free-port.ts';
import { startServiceProcess, type ServiceProcess } from '../support/service-process.ts';
import { createTcpBalancer, type TcpBalancer } from './tcp-balancer.ts';

export type StopSignal = 'SIGTERM' | 'SIGKILL';

export interface ClusterOptions {
  readonly instances: number;
  /** Settings that all instances share: the database, the feed, the secret. */
  readonly env: Readonly<Record<string, string>>;
}

/** Some services on one database behind one address. */
export class Cluster implements AsyncDisposable {
  readonly #env: Readonly<Record<string, string>>;
  readonly #ports: readonly number[];
  readonly #processes: ServiceProcess[];
  readonly #balancer: TcpBalancer;

  private constructor(
    env: ClusterOptions['env'],
    ports: readonly number[],
    processes: ServiceProcess[],
    balancer: TcpBalancer,
  ) {
    this.#env = env;
    this.#ports = ports;
    this.#processes = processes;
    this.#balancer = balancer;
  }

  static async start({ instances, env }: ClusterOptions): Promise<Cluster> {
    const ports: number[] = [];
    while (ports.length < instances) {
      const port = await freePort();
      if (!ports.includes(port)) ports.push(port);
    }
    // All at once: the migrations have to stand it. [SQL6]
    const starts = ports.map((port) => startServiceProcess({ port, env }));
    const processes = await Promise.all(starts);
    return new Cluster(env, ports, processes, await createTcpBalancer(ports, 'least connections'));
  }

  get size(): number {
    return this.#ports.length;
  }

  /** Where devices connect, through the balancer. */
  get liveUrl(): string {
    return `ws://${this.#balancer.host}${API_PREFIX}/ws`;
  }

  connections(): readonly number[] {
    return this.#balancer.connections();
  }

  /** @returns the exit code; `null` after a SIGKILL. */
  async end(instance: number, signal: StopSignal): Promise<number | null> {
    const process = this.#processOf(instance);
    if (signal === 'SIGTERM') return process.stop();
    await process.kill();
    return null;
  }

  /** Starts an instance again that has ended, on its old port. */
  async startAgain(instance: number): Promise<void> {
    const port = this.#ports[instance];
    if (port === undefined) throw new Error(`there is no instance ${instance}`);
    this.#processes[instance] = await startServiceProcess({ port, env: this.#env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#balancer[Symbol.asyncDispose]();
    await Promise.all(this.#processes.map((process) => process.stop()));
  }

  #processOf(instance: number): ServiceProcess {
    const process = this.#processes[instance];
    if (process === undefined) throw new Error(`there is no instance ${instance}`);
    return process;
  }
}
