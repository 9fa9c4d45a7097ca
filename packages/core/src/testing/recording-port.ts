import type { DeviceInfo } from '../device-info.ts';
import { HybridLogicalClock } from '../hybrid-logical-clock.ts';
import type { ManagerContext } from '../manager-context.ts';
import { APPLIED, type Op, type OpResult } from '../op.ts';
import type { PersistencePort } from '../persistence-port.ts';

export interface HeldCall {
  readonly resolve: (result: OpResult) => void;
  readonly reject: (error: unknown) => void;
}

/** A port that keeps what it is given, and answers as it is told. */
export class RecordingPort implements PersistencePort {
  readonly ops: Op[] = [];
  readonly devices: DeviceInfo[] = [];
  readonly heartbeats: { readonly deviceId: string; readonly atMs: number }[] = [];
  readonly deletedDeviceIds: string[] = [];
  readonly userIds = new Set<string>();
  /** Answers an op; replace it to refuse, to fail, or to throw before there is a promise. */
  answer: (op: Op) => Promise<OpResult> = () => Promise.resolve(APPLIED);
  /** Runs before a device call is kept; replace it to fail or to throw. */
  answerDevice: () => Promise<void> = () => Promise.resolve();

  persistOp(userId: string, op: Op): Promise<OpResult> {
    this.userIds.add(userId);
    this.ops.push(op);
    return this.answer(op);
  }

  persistDevice(userId: string, device: DeviceInfo): Promise<void> {
    this.userIds.add(userId);
    this.devices.push(device);
    return this.answerDevice();
  }

  updateDeviceHeartbeat(userId: string, deviceId: string, atMs: number): Promise<boolean> {
    this.userIds.add(userId);
    this.heartbeats.push({ deviceId, atMs });
    return this.answerDevice().then(() => true);
  }

  deleteDevice(userId: string, deviceId: string): Promise<boolean> {
    this.userIds.add(userId);
    this.deletedDeviceIds.push(deviceId);
    return this.answerDevice().then(() => true);
  }

  /** From now on ops wait for their answer: the returned list grows by one for each. */
  hold(): HeldCall[] {
    const held: HeldCall[] = [];
    this.answer = () =>
      new Promise((resolve, reject) => {
        held.push({ resolve, reject });
      });
    return held;
  }
}

export interface ContextOptions {
  readonly userId?: string;
  readonly deviceId?: string;
  readonly nowMs?: number;
}

export interface TestContext extends ManagerContext {
  readonly port: RecordingPort;
  /** The wall clock, to be set by the test. */
  readonly wall: { nowMs: number };
}

/** A manager's surroundings with a wall clock that stands still and UUIDs that count. */
export function createTestContext({
  userId = '8e1f6e2e-5a4b-4c59-9f0a-0d9f6a1c0001',
  deviceId = 'phone',
  nowMs = Date.UTC(2026, 0, 1),
}: ContextOptions = {}): TestContext {
  const wall = { nowMs };
  let minted = 0;
  return {
    userId,
    deviceId,
    clock: new HybridLogicalClock(),
    port: new RecordingPort(),
    environment: {
      now: () => wall.nowMs,
      randomUuid: () => {
        minted += 1;
        const node = Buffer.from(deviceId).toString('hex').slice(0, 12).padStart(12, '0');
        return `${minted.toString(16).padStart(8, '0')}-0000-4000-8000-${node}`;
      },
    },
    wall,
  };
}
