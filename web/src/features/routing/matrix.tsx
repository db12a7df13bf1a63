import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import {
  alertSeverityValues,
  type AlertSeverity,
  type NotificationType,
  type RoutingCell,
} from "@/api/schema";
import { Button, IconButton } from "@/components/button";
import { Card } from "@/components/page";
import { words } from "@/lib/words";
import { ChannelPicker } from "./page";

/** Cells that differ from what a severity has: about what, how urgent, where to. */
export function Matrix(props: {
  cells: readonly RoutingCell[];
  refs: readonly { id: string; name: string }[];
  types: readonly NotificationType[];
  onChange: (cells: RoutingCell[]) => void;
  error: string | undefined;
}) {
  const { cells, types } = props;
  const [type, setType] = useState<NotificationType>("RenewalFailure");
  const [severity, setSeverity] = useState<AlertSeverity>("critical");
  const exists = cells.some((cell) => cell.type === type && cell.severity === severity);
  const shown = [...cells].sort((a, b) => types.indexOf(a.type) - types.indexOf(b.type));
  return (
    <Card title="Matrix">
      <div className="space-y-3 text-[13px]">
        <p className="text-muted">Only what differs from the channels of its severity.</p>
        {shown.map((cell) => (
          <div
            key={`${cell.type} ${cell.severity}`}
            className="flex flex-wrap items-center gap-3 rounded-md bg-page p-2.5"
          >
            <span className="w-44 font-medium">{words(cell.type)}</span>
            <ChannelPicker
              label={words(cell.severity)}
              about={`${words(cell.type)}, ${words(cell.severity)}`}
              refs={props.refs}
              value={cell.channels}
              onChange={(channels) =>
                props.onChange(cells.map((one) => (one === cell ? { ...cell, channels } : one)))
              }
            />
            <IconButton
              label={`Remove ${words(cell.type)}, ${words(cell.severity)}`}
              className="ml-auto"
              icon={<Trash2 aria-hidden className="size-4" />}
              onClick={() => props.onChange(cells.filter((one) => one !== cell))}
            />
          </div>
        ))}
        <div className="flex flex-wrap items-center gap-2">
          <select
            aria-label="About"
            className="field w-auto"
            value={type}
            onChange={(event) => setType(event.target.value as NotificationType)}
          >
            {types.map((one) => (
              <option key={one} value={one}>
                {words(one)}
              </option>
            ))}
          </select>
          <select
            aria-label="Severity"
            className="field w-auto"
            value={severity}
            onChange={(event) => setSeverity(event.target.value as AlertSeverity)}
          >
            {alertSeverityValues.map((one) => (
              <option key={one} value={one}>
                {words(one)}
              </option>
            ))}
          </select>
          <Button
            icon={<Plus aria-hidden className="size-3.5" />}
            disabled={exists}
            onClick={() => props.onChange([...cells, { type, severity, channels: [] }])}
          >
            Add a cell
          </Button>
        </div>
        {props.error && (
          <p role="alert" className="text-[12px] text-bad">
            {props.error}
          </p>
        )}
      </div>
    </Card>
  );
}
