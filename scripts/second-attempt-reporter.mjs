// Names the tests that failed at first and passed at a second attempt, which CI gives to those with real parts.
export default class SecondAttemptReporter {
  #names = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky === true)
      this.#names.push(`${test.module.relativeModuleId}: ${test.fullName}`);
  }

  onTestRunEnd() {
    if (this.#names.length === 0) return;
    console.log(
      ['', 'Passed only at the second attempt, to be mended:', ...this.#names, ''].join('\n'),
    );
  }
}
