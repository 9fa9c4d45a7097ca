import { opToWire, PROTOCOL_VERSION, type Changes, type Welcome } from '@cuepoint/core';
import type { ChangesPage } from '@cuepoint/store';

export function pageToChanges({ ops, resync, restored, more, cursor }: ChangesPage): Changes {
  return {
    type: 'changes',
    ops: ops.map(opToWire),
    resync,
    ...(restored && { restored }),
    more,
    ...(cursor === undefined ? {} : { cursor }),
  };
}

export function pageToWelcome(
  { ops, resync, restored, more, cursor }: ChangesPage,
  userId: string,
  serverTime: number,
): Welcome {
  return {
    type: 'welcome',
    protocol: PROTOCOL_VERSION,
    userId,
    serverTime,
    changes: ops.map(opToWire),
    resync,
    ...(restored && { restored }),
    more,
    ...(cursor === undefined ? {} : { cursor }),
  };
}
