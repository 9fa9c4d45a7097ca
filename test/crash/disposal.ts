/** What has to be closed again, the last first. Node 20 has no `AsyncDisposableStack`. */
export class Disposal implements AsyncDisposable {
  readonly #steps: (() => Promise<unknown>)[] = [];

  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.defer(async () => resource[Symbol.asyncDispose]());
    return resource;
  }

  defer(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Each step is taken, whatever became of the one before. @throws the first error of them */
  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.splice(0).toReversed()) {
      await step().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }
}
