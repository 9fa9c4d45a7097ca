export default function PlaygroundPage() {
  return (
    <section className="page">
      <h1>Playground</h1>
      <p className="lead">Three devices of one person will play here.</p>
    </section>
  );
}
