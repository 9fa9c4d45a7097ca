import { CuepointError, type DeviceInfo } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { Type } from 'typebox';
import { SCOPE_DEVICES } from '../auth/identity.ts';
import { DEFAULT_DEVICE_ID } from '../auth/caller.ts';
import {
  callerOf,
  requireMayRemove,
  requireOwnDevice,
  requireUnrevoked,
} from '../auth/authenticate.ts';
import { instantOf } from '../http/instant.ts';
import { LIST_LIMIT_DEFAULT } from '../limits.ts';
import {
  DeviceRegistrationSchema,
  DeviceSchema,
  listOf,
  withProblems,
} from '../schemas/answers.ts';
import { DeviceParamsSchema, ListQuerySchema } from '../schemas/requests.ts';
import type { AwaitDatabase } from '../service/await-database.ts';
import type { RoutePersistence } from '../service/parts.ts';
import { requireRoomForDevice } from '../service/device-room.ts';
import type { RouteApp } from './route-app.ts';

export interface DeviceRouteDeps {
  readonly repository: SyncRepository;
  readonly persistence: RoutePersistence;
  readonly awaitDatabase: AwaitDatabase;
  readonly devicesPerUser: number;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

const tags = ['devices'];

export function addDeviceRoutes(app: RouteApp, deps: DeviceRouteDeps): void {
  const { repository, persistence, now } = deps;

  app.route({
    method: 'GET',
    url: '/devices',
    schema: {
      operationId: 'listDevices',
      summary: 'The devices, ordered by id',
      tags,
      querystring: ListQuerySchema,
      response: withProblems({ 200: listOf(DeviceSchema) }),
    },
    handler: async (request) => {
      const { limit = LIST_LIMIT_DEFAULT, cursor } = request.query;
      const devices = await repository.loadDevices(callerOf(request).userId);
      return pageOf(devices, limit, cursor);
    },
  });

  app.route({
    method: 'GET',
    url: '/devices/:deviceId',
    schema: {
      operationId: 'getDevice',
      summary: 'One device',
      tags,
      params: DeviceParamsSchema,
      response: withProblems({ 200: DeviceSchema }),
    },
    handler: async (request) => {
      const { deviceId } = request.params;
      const device = await repository.getDevice(callerOf(request).userId, deviceId);
      return toItem(device ?? unknownDevice());
    },
  });

  app.route({
    method: 'PUT',
    url: '/devices/:deviceId',
    schema: {
      operationId: 'registerDevice',
      summary: 'Registers a device, or replaces what it said before',
      tags,
      params: DeviceParamsSchema,
      body: DeviceRegistrationSchema,
      response: withProblems({ 200: DeviceSchema, 201: DeviceSchema }),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { deviceId } = request.params;
      requireOwnDevice(caller, deviceId);
      requireUnreserved(deviceId);
      const { deviceName = null, capabilities = {}, ...rest } = request.body;
      const isNew = await requireRoom(deps, caller.userId, deviceId);
      const device: DeviceInfo = {
        ...rest,
        deviceId,
        deviceName,
        capabilities,
        lastSeenMs: now(),
        isOnline: true,
      };
      await persistence.persistDevice(caller.userId, device);
      void reply.code(isNew ? 201 : 200);
      return toItem(device);
    },
  });

  app.route({
    method: 'DELETE',
    url: '/devices/:deviceId',
    schema: {
      operationId: 'deleteDevice',
      summary: 'Removes and revokes a device',
      description:
        'Its id is refused from now on. What it wrote stays. A lost phone is removed from another screen: by a ' +
        `token that is bound to no device, to this one, or that has the scope \`${SCOPE_DEVICES}\`.`,
      tags,
      params: DeviceParamsSchema,
      response: withProblems({ 204: Type.Null({ description: 'It is gone.' }) }),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { deviceId } = request.params;
      requireMayRemove(caller, deviceId);
      if (!(await persistence.deleteDevice(caller.userId, deviceId))) unknownDevice();
      return reply.code(204).send();
    },
  });

  app.route({
    method: 'POST',
    url: '/devices/:deviceId/heartbeat',
    schema: {
      operationId: 'heartbeat',
      summary: 'Says that a device is there',
      tags,
      params: DeviceParamsSchema,
      response: withProblems({ 204: Type.Null({ description: 'It was heard.' }) }),
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const { deviceId } = request.params;
      requireOwnDevice(caller, deviceId);
      if (!(await persistence.updateDeviceHeartbeat(caller.userId, deviceId, now()))) {
        await requireUnrevoked(repository, caller.userId, deviceId);
        unknownDevice();
      }
      return reply.code(204).send();
    },
  });
}

/** The writes of whoever names no device carry this id; no app may be taken for them. */
function requireUnreserved(deviceId: string): void {
  if (deviceId !== DEFAULT_DEVICE_ID) return;
  throw new CuepointError('invalid_device_id', `${DEFAULT_DEVICE_ID} is reserved.`, {
    field: 'deviceId',
  });
}

function unknownDevice(): never {
  throw new CuepointError('not_found', 'No such device is registered.');
}

/** @returns whether the device is a new one. [SEC3] */
async function requireRoom(
  deps: DeviceRouteDeps,
  userId: string,
  deviceId: string,
): Promise<boolean> {
  const { repository, awaitDatabase } = deps;
  const devices = await awaitDatabase(() => repository.loadDevices(userId));
  if (devices.some((device) => device.deviceId === deviceId)) return false;
  await awaitDatabase(() => requireRoomForDevice(deps, userId, deviceId, devices));
  return true;
}

function pageOf(devices: readonly DeviceInfo[], limit: number, after: string | undefined) {
  const sorted = devices.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter(({ deviceId }) => deviceId > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(toItem),
    ...(rest.length > limit && last !== undefined ? { nextCursor: last.deviceId } : {}),
    total: devices.length,
  };
}

function toItem({ lastSeenMs, ...device }: DeviceInfo) {
  return { ...device, lastSeen: instantOf(lastSeenMs) };
}
