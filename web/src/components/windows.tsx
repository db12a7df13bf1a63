import { Plus, Trash2 } from "lucide-react";
import { weekdayValues, type MaintenanceWindow } from "@/api/schema";
import { words } from "@/lib/words";
import { Button, IconButton } from "./button";
import { TextField } from "./form";

/** Weekly windows: days, from, to, zone. */
export function WindowsEditor(props: {
  value: readonly MaintenanceWindow[];
  onChange: (value: MaintenanceWindow[]) => void;
}) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const change = (index: number, window: MaintenanceWindow) =>
    props.onChange(props.value.map((old, at) => (at === index ? window : old)));
  return (
    <div className="space-y-2">
      {props.value.map((window, index) => (
        <div key={index} className="flex flex-wrap items-end gap-2 rounded-md bg-page p-2">
          <div className="flex gap-2" role="group" aria-label="Days">
            {weekdayValues.map((day) => (
              <label key={day} className="flex items-center gap-1 text-[12px]">
                <input
                  type="checkbox"
                  checked={window.days.includes(day)}
                  onChange={(event) =>
                    change(index, {
                      ...window,
                      days: event.target.checked
                        ? [...window.days, day]
                        : window.days.filter((one) => one !== day),
                    })
                  }
                />
                {words(day)}
              </label>
            ))}
          </div>
          <TextField
            label="From"
            type="time"
            value={window.start}
            onChange={(start) => change(index, { ...window, start })}
          />
          <TextField
            label="To"
            type="time"
            value={window.end}
            onChange={(end) => change(index, { ...window, end })}
          />
          <TextField
            label="Zone"
            value={window.timezone ?? ""}
            placeholder="UTC"
            list={["UTC", zone]}
            onChange={(timezone) => change(index, { ...window, timezone: timezone || "UTC" })}
          />
          <IconButton
            label="Remove this window"
            icon={<Trash2 aria-hidden className="size-4" />}
            onClick={() => props.onChange(props.value.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <Button
        small
        icon={<Plus aria-hidden className="size-3.5" />}
        onClick={() =>
          props.onChange([
            ...props.value,
            { days: ["sat", "sun"], start: "02:00", end: "05:00", timezone: zone },
          ])
        }
      >
        Add a window
      </Button>
    </div>
  );
}
