import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answerOf, api, ApiError, type Answer } from "@/api/client";
import {
  alertSeverityValues,
  notificationTypeValues,
  type AlertSeverity,
  type Routing,
  type RoutingRequest,
} from "@/api/schema";
import { Badge } from "@/components/badge";
import { Button } from "@/components/button";
import { ChipsField, fieldErrors, useForm } from "@/components/form";
import { Card, PageHeader } from "@/components/page";
import { Problem, Skeleton } from "@/components/problem";
import { useNames } from "@/components/refs";
import { Stale } from "@/components/resource-dialog";
import { Time } from "@/components/time";
import { useToast } from "@/components/toast";
import { WindowsEditor } from "@/components/windows";
import { useCan } from "@/lib/session";
import { words } from "@/lib/words";
import { Matrix } from "./matrix";
import { Recipients } from "./recipients";

const read = () => answerOf(api.GET("/api/v1/notifications/routing"));

export function Component() {
  const routing = useQuery({ queryKey: ["routing"], queryFn: read });
  return (
    <>
      <PageHeader
        title="Routing"
        subtitle={
          <>
            Who hears of what, and where.
            {routing.data?.data.updated_at && (
              <>
                {" "}
                Changed <Time at={routing.data.data.updated_at} />.
              </>
            )}
          </>
        }
      />
      {routing.isError && <Problem error={routing.error} onRetry={() => void routing.refetch()} />}
      {routing.isPending && <Skeleton lines={8} />}
      {routing.data && <Editor answer={routing.data} />}
    </>
  );
}

export type Values = Required<RoutingRequest>;

function valuesOf({ updated_at: _, ...values }: Routing): Values {
  return values;
}

function Editor({ answer }: { answer: Answer<Routing> }) {
  const can = useCan();
  const queries = useQueryClient();
  const tell = useToast();
  const form = useForm<Values>(valuesOf(answer.data));
  const [etag, setEtag] = useState(answer.etag);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [theirs, setTheirs] = useState<Answer<Routing>>();
  const channels = useNames("channel");
  const at = fieldErrors(error);
  const isReadOnly = !can("notification.write");
  const save = async (match: string | undefined) => {
    setBusy(true);
    setError(undefined);
    try {
      const saved = await answerOf(
        api.PUT("/api/v1/notifications/routing", {
          body: form.values,
          headers: match ? { "If-Match": match } : {},
        }),
      );
      form.reset(valuesOf(saved.data));
      setEtag(saved.etag);
      setTheirs(undefined);
      queries.setQueryData(["routing"], saved);
      tell("The routing was saved.");
    } catch (reason) {
      if (reason instanceof ApiError && reason.code === "stale")
        setTheirs(await read().catch(() => undefined));
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  const take = (newest: Answer<Routing>) => {
    form.reset(valuesOf(newest.data));
    setEtag(newest.etag);
    setTheirs(undefined);
    setError(undefined);
  };
  const refs = channels.data ?? [];
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        void save(etag);
      }}
    >
      <fieldset disabled={isReadOnly} className="space-y-4">
        <Card title="By severity">
          <div className="space-y-3 text-[13px]">
            <p className="text-muted">Where nothing in the matrix says otherwise.</p>
            {alertSeverityValues.map((severity) => (
              <ChannelPicker
                key={severity}
                label={words(severity)}
                refs={refs}
                value={(form.values.defaults as Partial<Record<AlertSeverity, string[]>>)[severity] ?? []}
                onChange={(value) => form.set("defaults", { ...form.values.defaults, [severity]: value })}
              />
            ))}
          </div>
        </Card>
        <Matrix
          cells={form.values.cells}
          refs={refs}
          types={notificationTypeValues}
          onChange={(cells) => form.set("cells", cells)}
          error={at("cells")}
        />
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
          <Card title="Without an owner">
            <ChipsField
              label="Mail addresses"
              hint="For what has no owner with an address."
              value={form.values.emails}
              onChange={(value) => form.set("emails", value)}
              error={at("emails")}
            />
          </Card>
          <Card title="Quiet hours">
            <p className="mb-2 text-[12.5px] text-muted">
              Informational notifications wait until these are over.
            </p>
            <WindowsEditor
              value={form.values.quiet_hours}
              onChange={(value) => form.set("quiet_hours", value)}
            />
            {at("quiet_hours") && (
              <p role="alert" className="text-[12px] text-bad">
                {at("quiet_hours")}
              </p>
            )}
          </Card>
          <Recipients
            title="Also for teams"
            of="team"
            refs={refs}
            value={form.values.teams}
            onChange={(value) => form.set("teams", value)}
            error={at("teams")}
          />
          <Recipients
            title="Also for owners"
            of="owner"
            refs={refs}
            value={form.values.owners}
            onChange={(value) => form.set("owners", value)}
            error={at("owners")}
          />
        </div>
      </fieldset>
      {theirs && (
        <Stale
          mine={form.values}
          theirs={valuesOf(theirs.data)}
          busy={isBusy}
          onTake={() => take(theirs)}
          onOverwrite={() => void save(theirs.etag)}
        />
      )}
      {error !== undefined && !theirs && <Problem error={error} />}
      {!isReadOnly && form.isDirty && (
        <div className="card sticky bottom-3 flex items-center justify-end gap-2 p-2.5 shadow-pop">
          <Badge tone="warn">Not saved yet</Badge>
          <Button onClick={() => take(answer)}>Discard</Button>
          <Button type="submit" variant="primary" busy={isBusy}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}

/** Channels to tick: single ones, and all of a kind. */
export function ChannelPicker(props: {
  label: string;
  /** What is chosen for, when the label alone stands for several. */
  about?: string;
  refs: readonly { id: string; name: string }[];
  value: readonly string[];
  onChange: (value: string[]) => void;
}) {
  const kinds = ["Email", "Webhook", "Slack", "Teams", "PagerDuty", "OpsGenie"];
  const options = [...kinds.map((kind) => ({ id: kind, name: kind })), ...props.refs];
  const unknown = props.value.filter((value) => !options.some((one) => one.id === value));
  return (
    <div
      role="group"
      aria-label={props.about ?? props.label}
      className="flex flex-wrap items-center gap-x-4 gap-y-1"
    >
      <span className="w-24 font-medium">{props.label}</span>
      {[...options, ...unknown.map((id) => ({ id, name: id }))].map((one) => (
        <label key={one.id} className="flex items-center gap-1.5">
          <input
            type="checkbox"
            checked={props.value.includes(one.id)}
            onChange={(event) =>
              props.onChange(
                event.target.checked
                  ? [...props.value, one.id]
                  : props.value.filter((other) => other !== one.id),
              )
            }
          />
          {one.name}
        </label>
      ))}
    </div>
  );
}
