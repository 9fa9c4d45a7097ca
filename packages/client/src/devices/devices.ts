import { requireDeviceId, type Command, type DevicePresence, type HandOff } from '@cuepoint/core';
import type { Link } from '../link.ts';
import type { Progress } from '../progress.ts';
import { Listeners } from '../subscribable.ts';
import type { CommandHandler, CommandHandlers, CommandResult } from './commands.ts';
import { requireCommand } from './require-command.ts';

/** A device of the user, as the service told of it last. */
export interface Device extends DevicePresence {
  readonly isThisDevice: boolean;
}

export interface HandOffOptions {
  readonly contentId: string;
  /** Where the target begins, in seconds, fractions cut off; by default where this device's replica is. */
  readonly positionSeconds?: number;
  /** By default as it is here: `paused` where it is paused, else `playing`. */
  readonly state?: 'playing' | 'paused';
  /** The device that stops once the target confirms; by default this one. */
  readonly from?: string;
}

/** The user's other screens. */
export interface Devices {
  /** Another one after this device was told apart from a copy of itself. [ENG3] */
  readonly thisDeviceId: string;
  /** The same array until something changes; empty until the first connection. */
  list(): readonly Device[];
  /**
   * Asks another device for something. Resolves with the outcome, also without a connection.
   *
   * @throws CuepointError `invalid_device_id`, `invalid_seconds`, `invalid_content_id`, `invalid_request`
   */
  sendCommand(to: string, command: Exclude<Command, HandOff>): Promise<CommandResult>;
  /** Moves what plays to another device; the source stops only after the target confirms. [LIV7] */
  handOff(to: string, options: HandOffOptions): Promise<CommandResult>;
  /** Takes commands of other devices; the newest handler is asked first. @returns what ends it. */
  onCommand(handler: CommandHandler): () => void;
  subscribe(listener: () => void): () => void;
}

export interface DevicesDeps {
  readonly link: Link;
  readonly progress: Progress;
  readonly handlers: CommandHandlers;
  readonly deviceId: string;
}

export function createDevices(deps: DevicesDeps): Devices {
  const { link, progress, handlers } = deps;
  const listeners = new Listeners();
  let source = link.state.devices;
  let devices: readonly Device[] = [];
  link.onChanged(() => {
    if (link.state.devices === source) return;
    source = link.state.devices;
    devices = Array.from(source, (device) => ({
      ...device,
      isThisDevice: device.deviceId === deps.deviceId,
    }));
    listeners.notify();
  });
  return {
    get thisDeviceId() {
      return deps.deviceId;
    },
    list: () => devices,
    async sendCommand(to, command) {
      requireDeviceId(to);
      requireCommand(command);
      return link.sendCommand(to, command);
    },
    async handOff(to, { contentId, positionSeconds, state, from }) {
      requireDeviceId(to);
      const here = progress.get(contentId);
      const handOff: HandOff = {
        action: 'handoff',
        contentId,
        // Players count in fractions.
        positionSeconds: Math.floor(positionSeconds ?? here?.positionSeconds ?? 0),
        state: state ?? (here?.state === 'paused' ? 'paused' : 'playing'),
        ...(from !== undefined && { from }),
      };
      requireCommand(handOff);
      return link.sendCommand(to, handOff);
    },
    onCommand: (handler) => handlers.add(handler),
    subscribe: listeners.subscribe,
  };
}
