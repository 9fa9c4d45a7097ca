import { EventEmitter } from 'node:events';
import type { WireOp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { Ledger } from './ledger.ts';
import { tapSocket } from './wire-tap.ts';

const USER = 'anna';
const add = (tag: string): WireOp => ({
  kind: 'watchlist.add',
  contentId: 'film',
  tag,
  timestamp: '000000000001-0000',
});

class FakeSocket extends EventEmitter {
  readonly sent: string[] = [];
  onSend = (): void => undefined;

  send(text: string): void {
    this.sent.push(text);
    this.onSend();
  }
}

function setup() {
  const ledger = new Ledger();
  const fake = new FakeSocket();
  const socket = tapSocket(fake as unknown as WebSocket, {
    ledger,
    userId: USER,
    deviceId: 'tv',
    now: () => 7,
  });
  const hear = (message: unknown) => fake.emit('message', Buffer.from(JSON.stringify(message)));
  return { ledger, fake, socket, hear };
}

describe('the tap on a socket', () => {
  it('writes down a push before it leaves, under its device', () => {
    const { ledger, fake, socket } = setup();
    let deviceId: string | undefined;
    fake.onSend = () => {
      ({ deviceId } = ledger.userOf(USER).sentAdds.get('a') ?? {});
    };
    socket.send(JSON.stringify({ type: 'push', id: '1', ops: [add('a')] }));
    expect(deviceId).toBe('tv');
    expect(ledger.acked).toBe(0);
  });

  it('counts what was acknowledged, op by op, and nothing that was refused or not answered', () => {
    const { ledger, fake, socket, hear } = setup();
    socket.send(JSON.stringify({ type: 'push', id: '1', ops: [add('a'), add('b'), add('c')] }));
    socket.send(JSON.stringify({ type: 'push', id: '2', ops: [add('d')] }));
    expect(fake.sent).toHaveLength(2);
    hear({ type: 'ack', id: '1', results: [{ result: 'applied' }, { result: 'rejected' }] });
    hear({ type: 'error', id: '2', code: 'outcome_unknown' });
    expect([...ledger.userOf(USER).ackedAdds.keys()]).toEqual(['a']);
    expect(ledger.userOf(USER).ackedAdds.get('a')?.atMs).toBe(7);
    expect([...ledger.userOf(USER).unanswered.keys()]).toEqual(['add c', 'add d']);
  });

  it('takes a superseded or repeated op for a promise as well', () => {
    const { ledger, socket, hear } = setup();
    socket.send(JSON.stringify({ type: 'push', id: '1', ops: [add('a'), add('b')] }));
    hear({ type: 'ack', id: '1', results: [{ result: 'superseded' }, { result: 'duplicate' }] });
    expect(ledger.acked).toBe(2);
  });
});
