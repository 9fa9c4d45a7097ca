import { DeviceCard } from './device-card.tsx';
import { usePlaygroundDevices } from './use-devices.ts';
import './playground.css';

export default function PlaygroundPage() {
  const devices = usePlaygroundDevices();
  return (
    <section className="page playground">
      <h1>One person, three screens</h1>
      <p className="lead">
        Each is a real client with a storage of its own. Add a film on one and see it on the others;
        cut a network, set a clock to 1970, change both sides, and let them meet again.
      </p>
      {devices === undefined && <p className="quiet">Opening the devices …</p>}
      {devices instanceof Error && (
        <p className="fault" role="alert">
          The devices could not be opened: {devices.message}
        </p>
      )}
      {Array.isArray(devices) && (
        <div className="devices">
          {devices.map((device) => (
            <DeviceCard key={device.key} device={device} />
          ))}
        </div>
      )}
    </section>
  );
}
