// Loaded into a service before its own code: every fiftieth request finds a fault that a service could have.
// HOSTILE_FAULT says which.
import { Server } from 'node:http';
import process from 'node:process';

const EVERY = 50;
const kept = [];
const faults = {
  fails(response) {
    response.writeHead(500, { 'content-type': 'text/plain', 'content-length': 4 });
    response.end('oops');
  },
  swaps(response) {
    response.writeHead(200, { 'x-trace-id': '1'.repeat(32), 'content-length': 0 });
    response.end();
  },
  stalls() {
    const before = process.cpuUsage();
    while (process.cpuUsage(before).user < 200_000);
  },
  leaks() {
    kept.push(Array.from({ length: 2 ** 20 }, () => kept.length));
  },
  rejects() {
    void Promise.reject(new Error('nobody looks'));
  },
};

const fault = faults[process.env.HOSTILE_FAULT];
const emit = Reflect.get(Server.prototype, 'emit');
let requests = 0;
Server.prototype.emit = function (event, ...args) {
  // The watch's own server is not the service.
  if (event !== 'request' || typeof this.address() === 'string') {
    return emit.call(this, event, ...args);
  }
  requests += 1;
  if (requests % EVERY !== 0) return emit.call(this, event, ...args);
  fault(args[1]);
  return args[1].writableEnded || emit.call(this, event, ...args);
};
