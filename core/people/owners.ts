// The database refuses to take a workspace's last owner away (trigger `person_last_owner`); here that becomes words.
import { refuse } from "../problem.ts";

export async function keepsOwner<T>(change: PromiseLike<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (isLastOwner(error)) throw refuse("rule", "This is the last owner here. Make somebody else an owner first.");
    throw error;
  }
}

type Raised = { constraint_name?: string; cause?: { constraint_name?: string } };
const isLastOwner = (error: unknown): boolean => {
  const raised = error as Raised | null;
  return (raised?.constraint_name ?? raised?.cause?.constraint_name) === "person_last_owner";
};
