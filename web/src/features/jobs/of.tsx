import { Empty } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
import { JOB_COLUMNS } from "./columns";

/** The jobs of one object. */
export function JobsOf({ filter }: { filter: Readonly<Record<string, string>> }) {
  return (
    <ResourceList
      path="/api/v1/jobs"
      noun="job"
      columns={JOB_COLUMNS}
      fixed={filter}
      keep={["tab"]}
      rowLink={(one) => `/jobs/${one.id}`}
      empty={<Empty title="No jobs yet" />}
    />
  );
}
