import { Send } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, call } from "@/api/client";
import type { Channel, ChannelRequest } from "@/api/schema";
import type { Row } from "@/api/lists";
import { notificationChannelValues } from "@/api/schema";
import { Badge, StatusBadge } from "@/components/badge";
import { Button } from "@/components/button";
import { ConfigFacts, typesOf, useConnectorTypes } from "@/components/config-form";
import { ConnectorDialog, type ConnectorValues } from "@/components/connector-dialog";
import { DeleteButton } from "@/components/delete-button";
import { TextField } from "@/components/form";
import { ObjectPage } from "@/components/object-page";
import { Card, Fact, Facts, PageHeader, TextLink } from "@/components/page";
import { Empty, Problem } from "@/components/problem";
import { ResourceList } from "@/components/resource-list";
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
  {
    id: "name",
    header: "Channel",
    fixed: true,
    csv: (one) => one.name,
    cell: (one) => <TextLink to={`/channels/${one.id}`}>{one.name}</TextLink>,
  },
  { id: "type", header: "Type", csv: (one) => one.type, cell: (one) => one.type },
  {
    id: "state",
    header: "State",
    csv: (one) => one.enabled,
    cell: (one) => <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />,
  },
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

function ChannelDialog(props: { id?: string; onClose: () => void; onDone?: (one: Channel) => void }) {
  return (
    <ConnectorDialog
      family="channel"
      noun="channel"
      queryKey="channels"
      item="/api/v1/notification-channels/{id}"
      collection="/api/v1/notification-channels"
      id={props.id}
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
      onClose={props.onClose}
      onDone={props.onDone}
    />
  );
}

export function ChannelList() {
  const can = useCan();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const create = can("channel.write") && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      New channel
    </Button>
  );
  return (
    <>
      <PageHeader title="Channels" subtitle="The ways on which people are told." actions={create} />
      <ResourceList
        path="/api/v1/notification-channels"
        noun="channel"
        columns={COLUMNS}
        filters={[{ kind: "choice", name: "type", label: "Type", values: notificationChannelValues }]}
        rowLink={(one) => `/channels/${one.id}`}
        empty={
          <Empty title="No channels yet" action={create}>
            Without one, alerts reach nobody.
          </Empty>
        }
      />
      {isCreating && (
        <ChannelDialog
          onClose={() => setCreating(false)}
          onDone={(one) => void navigate(`/channels/${one.id}`)}
        />
      )}
    </>
  );
}

export function ChannelPage() {
  const can = useCan();
  const types = useConnectorTypes();
  const [isEditing, setEditing] = useState(false);
  return (
    <ObjectPage
      path="/api/v1/notification-channels/{id}"
      queryKey="channels"
      noun="Channel"
      crumb={{ to: "/channels", label: "Channels" }}
      badges={(one) => (
        <>
          <StatusBadge status={one.enabled ? "Enabled" : "Disabled"} />
          {one.source === "env" && <Badge>From the environment</Badge>}
        </>
      )}
      actions={(one) =>
        can("channel.write") && (
          <>
            <Button onClick={() => setEditing(true)}>Edit</Button>
            {one.source !== "env" && (
              <DeleteButton
                noun="channel"
                name={one.name}
                id={one.id}
                path="/api/v1/notification-channels/{id}"
                queryKey="channels"
                to="/channels"
              >
                <p>Nothing is sent through it any more. What was sent stays in the list of notifications.</p>
              </DeleteButton>
            )}
          </>
        )
      }
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
              <Fact name="Notifications">
                <TextLink to={`/notifications?channel_id=${one.id}`}>Show them</TextLink>
              </Fact>
            </Facts>
          </Card>
          <TestCard channel={one} />
          <Card title="Configuration" className="lg:col-span-2">
            <ConfigFacts
              fields={typesOf(types.data, "channel").find((kind) => kind.type === one.type)?.fields ?? []}
              value={one.config}
            />
          </Card>
          <div className="lg:col-span-2">
            <AuditOf type="notification_channel" id={one.id} />
          </div>
          {isEditing && <ChannelDialog id={one.id} onClose={() => setEditing(false)} />}
        </div>
      )}
    </ObjectPage>
  );
}

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
