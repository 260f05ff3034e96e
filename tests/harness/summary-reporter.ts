import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Names the skipped tests and ends with one plain line: `N passed, N failed`. A file or a group that broke before its
 * tests counts as one failure, an error outside of all tests too; a run without a test has failed.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    // The default reporter prints its own summary in this very moment; ours is to be last.
    process.once('exit', () => {
      process.stdout.write(summary(modules, errors.length));
    });
  }
}

function summary(modules: readonly TestModule[], errors: number): string {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const groups = modules.flatMap((module) => [module, ...module.children.allSuites()]);
  const inState = (state: ReturnType<TestCase['result']>['state']): TestCase[] =>
    tests.filter((test) => test.result().state === state);
  const skipped = inState('skipped').map(
    (test) => `skipped: ${test.module.relativeModuleId} > ${test.fullName}`,
  );
  const passed = inState('passed').length;
  const broken = groups.filter((group) => group.errors().length > 0).length + errors;
  const failed = inState('failed').length + broken + (tests.length + broken === 0 ? 1 : 0);
  return `${[...skipped, `${String(passed)} passed, ${String(failed)} failed`].join('\n')}\n`;
}
