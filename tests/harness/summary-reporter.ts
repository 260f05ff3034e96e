import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Names the skipped tests and ends with one plain line: `N passed, N failed`. A run without a test has failed. */
export default class SummaryReporter implements Reporter {
  private modules: readonly TestModule[] = [];
  private errors = 0;

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    this.modules = modules;
    this.errors = errors.length;
    // The default reporter prints its own summary in this very moment; ours is to be last.
    process.once('exit', () => {
      this.print();
    });
  }

  private print(): void {
    const tests = this.modules.flatMap((module) => [...module.children.allTests()]);
    const brokenModules = this.modules.filter((module) => module.errors().length > 0).length;
    const inState = (state: ReturnType<TestCase['result']>['state']): TestCase[] =>
      tests.filter((test) => test.result().state === state);
    const lines = inState('skipped').map(
      (test) => `skipped: ${test.module.relativeModuleId} > ${test.fullName}`,
    );
    const passed = inState('passed').length;
    const failed = inState('failed').length + brokenModules + this.errors + (tests.length === 0 ? 1 : 0);
    process.stdout.write(`${[...lines, `${String(passed)} passed, ${String(failed)} failed`].join('\n')}\n`);
  }
}
