// A reporter for vitest that tells boot how many tests passed and failed. What broke around tests counts as failed.
export default class Count {
  onTestRunEnd(modules, errors) {
    const counts = { passed: 0, failed: errors.length, skipped: 0, second: [] };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed" || state === "failed") counts[state]++;
        else counts.skipped++;
        // What needed another try is not well, though it passed.
        if (state === "passed" && test.diagnostic()?.retryCount > 0)
          counts.second.push(`${module.relativeModuleId}: ${test.name}`);
      }
    }
    process.send?.({ counts });
  }
}
