import { Send } from "lucide-react";
import { useState } from "react";
import { api, call } from "@/api/client";
import type { Row } from "@/api/lists";
import { notificationChannelValues, type Channel, type ChannelRequest } from "@/api/schema";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { Enabled, enabledColumn, LinkFact, nameColumn } from "@/components/columns";
import { ConnectorDialog, type ConnectorValues } from "@/components/connector-dialog";
import { ConfigCard } from "@/components/connector-parts";
import { TextField } from "@/components/form";
import { Card, Fact, Facts, TextLink } from "@/components/page";
import { Problem } from "@/components/problem";
import { ResourceListPage, ResourcePage, type FormProps } from "@/components/resource-pages";
import type { Column } from "@/components/table";
import { Time } from "@/components/time";
import { useChange } from "@/lib/queries";
import { useCan } from "@/lib/session";
import { count } from "@/lib/words";
import { AuditOf } from "../audit/of";

type ChannelRow = Row<"/api/v1/notification-channels">;

function Health({ one }: { one: ChannelRow }) {
  const { health } = one;
  if (health.failing_since) {
    return (
      <Badge tone="bad" title={health.last_error ?? undefined}>
        {count(health.consecutive_failures, "failure")} in a row
      </Badge>
    );
  }
  return health.last_success_at ? <Badge tone="ok">Works</Badge> : <Badge>Not used yet</Badge>;
}

const COLUMNS: readonly Column<ChannelRow>[] = [
  nameColumn("Channel", "/channels"),
  { id: "type", header: "Type", csv: (one) => one.type, cell: (one) => one.type },
  enabledColumn(),
  {
    id: "health",
    header: "Health",
    csv: (one) => one.health.consecutive_failures,
    cell: (one) => <Health one={one} />,
  },
  {
    id: "last",
    header: "Last delivery",
    csv: (one) => one.health.last_success_at,
    cell: (one) => <Time at={one.health.last_success_at} none="Never" />,
  },
  {
    id: "source",
    header: "Source",
    csv: (one) => one.source,
    cell: (one) => (one.source === "env" ? "The environment" : "The API"),
  },
];

const FRESH: ConnectorValues = { name: "", type: "", enabled: true, config: {} };

function ChannelDialog(props: FormProps<Channel>) {
  return (
    <ConnectorDialog
      kind="channel"
      {...props}
      fresh={FRESH}
      read={(one: Channel): ConnectorValues => ({
        name: one.name,
        type: one.type,
        enabled: one.enabled,
        config: one.config,
      })}
      write={(values): ChannelRequest => ({
        ...values,
        type: values.type as ChannelRequest["type"],
        config: values.config as Record<string, never>,
      })}
    />
  );
}

export const ChannelList = () => (
  <ResourceListPage
    kind="channel"
    columns={COLUMNS}
    subtitle="The ways on which people are told."
    filters={[{ kind: "choice", name: "type", label: "Type", values: notificationChannelValues }]}
    hint="Without one, alerts reach nobody."
    Form={ChannelDialog}
    opens
  />
);

export const ChannelPage = () => (
  <ResourcePage
    kind="channel"
    Form={ChannelDialog}
    badges={(one) => (
      <>
        <Enabled one={one} />
        {one.source === "env" && <Badge>From the environment</Badge>}
      </>
    )}
    mayDelete={(one) => one.source !== "env"}
    deletion={() => (
      <p>Nothing is sent through it any more. What was sent stays in the list of notifications.</p>
    )}
  >
    {(one) => (
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
        <Card title="Health">
          <Facts>
            <Fact name="State">
              <Health one={one} />
            </Fact>
            <Fact name="Last delivery">
              <Time at={one.health.last_success_at} none="Never" />
            </Fact>
            <Fact name="Last failure">
              <Time at={one.health.last_failure_at} none="Never" />
            </Fact>
            {one.health.last_error && (
              <Fact name="Last error">
                <span className="text-bad">{one.health.last_error}</span>
              </Fact>
            )}
            <LinkFact name="Notifications" to={`/notifications?channel_id=${one.id}`} />
          </Facts>
        </Card>
        <TestCard channel={one} />
        <ConfigCard family="channel" one={one} />
        <div className="lg:col-span-2">
          <AuditOf type="notification_channel" id={one.id} />
        </div>
      </div>
    )}
  </ResourcePage>
);

function TestCard({ channel }: { channel: Channel }) {
  const can = useCan();
  const [recipient, setRecipient] = useState("");
  const test = useChange(
    () =>
      call(
        api.POST("/api/v1/notifications/test", {
          body: { channel_id: channel.id, recipient: recipient || null },
        }),
      ),
    [["channels"], ["notifications"]],
  );
  if (!can("notification.write")) return null;
  const needsRecipient = channel.type === "Email";
  return (
    <Card title="Send a test">
      <div className="space-y-3 text-[13px]">
        {needsRecipient && (
          <TextField
            label="Recipient"
            type="email"
            value={recipient}
            onChange={setRecipient}
            placeholder="you@example.com"
          />
        )}
        <Button
          busy={test.isPending}
          disabled={needsRecipient && recipient === ""}
          icon={<Send aria-hidden className="size-4" />}
          onClick={() => test.mutate(undefined)}
        >
          Send a test
        </Button>
        {test.data && (
          <p className="flex flex-wrap items-center gap-2">
            <StatusBadge status={test.data.status} />
            <TextLink to={`/notifications/${test.data.id}`}>See the test</TextLink>
            {test.data.last_error && <span className="text-bad">{test.data.last_error}</span>}
          </p>
        )}
        {test.isError && <Problem error={test.error} title="The test failed" />}
      </div>
    </Card>
  );
}
