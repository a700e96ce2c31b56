// Begins with the files that take long, so that the last of them does not run alone at the end.
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONG =
  /^(test\/(contract|load|browser)\/|bots\/(main|boot|doctor|keep|telegram)|core\/(inbox\/killed|audit|studio\/(local|analyse)|streams\/engines)|db\/embedded|jobs\/(make|film|cluster))/;

export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const long = (file: TestSpecification) => LONG.test(relative(file));
    return [...sorted.filter(long), ...sorted.filter((file) => !long(file))];
  }
}

const relative = ({ moduleId, project }: TestSpecification) => moduleId.slice(project.config.root.length + 1);
