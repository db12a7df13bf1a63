import { PlugZap } from "lucide-react";
import type { ReactNode } from "react";
import type { TestStatus } from "@/api/schema";
import { StatusBadge } from "./badge";
import { Button } from "./button";
import { ConfigFacts, typesOf, useConnectorTypes, type Config } from "./config-form";
import { Card } from "./page";
import { Problem } from "./problem";
import type { Column } from "./table";
import { Time } from "./time";

interface Tested {
  test_status: TestStatus;
  last_tested_at?: string | null;
}

/** How the last test of a connection went, and when that was. */
export const TEST_COLUMNS: readonly Column<Tested>[] = [
  {
    id: "test",
    header: "Last test",
    csv: (one) => one.test_status,
    cell: (one) => <StatusBadge status={one.test_status} />,
  },
  {
    id: "tested",
    header: "Tested",
    csv: (one) => one.last_tested_at,
    cell: (one) => <Time at={one.last_tested_at} none="Never" />,
  },
];

/** What a connector is configured with; secrets say only that they are set. */
export function ConfigCard(props: {
  family: "issuer" | "target" | "channel";
  one: { type: string; config: Config };
}) {
  const types = useConnectorTypes();
  const known = typesOf(types.data, props.family).find((kind) => kind.type === props.one.type);
  return (
    <Card title="Configuration" className="lg:col-span-2">
      <ConfigFacts fields={known?.fields ?? []} value={props.one.config} />
    </Card>
  );
}

/** How a connection stands, and a button that tries it; without `onTest` there is none. */
export function ConnectionCard(props: {
  status: string;
  testedAt: string | null | undefined;
  onTest: (() => void) | undefined;
  busy: boolean;
  error: unknown;
  children?: ReactNode;
}) {
  return (
    <Card
      title="Connection"
      actions={
        props.onTest && (
          <Button
            small
            busy={props.busy}
            icon={<PlugZap aria-hidden className="size-3.5" />}
            onClick={props.onTest}
          >
            Test now
          </Button>
        )
      }
    >
      <div className="space-y-3 text-[13px]">
        <p className="flex items-center gap-2">
          <StatusBadge status={props.status} />
          <Time at={props.testedAt} none="Never tested" />
        </p>
        {props.children}
        {Boolean(props.error) && <Problem error={props.error} title="The test failed" />}
      </div>
    </Card>
  );
}
